#include "stages/table/delta/schema.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "runner/base/text.hpp"
#include "stages/table/quoting.hpp"

namespace mlpipe::stages::table::delta {
namespace {

using nlohmann::json;

constexpr int deepest = 100;  // levels of nesting

constexpr std::array<std::pair<std::string_view, const char*>, 13> plain_types{{
    {"string", "VARCHAR"},
    {"long", "BIGINT"},
    {"integer", "INTEGER"},
    {"short", "SMALLINT"},
    {"byte", "TINYINT"},
    {"float", "FLOAT"},
    {"double", "DOUBLE"},
    {"boolean", "BOOLEAN"},
    {"binary", "BLOB"},
    {"date", "DATE"},
    {"timestamp", "TIMESTAMP WITH TIME ZONE"},
    {"timestamp_ntz", "TIMESTAMP"},
    {"decimal", "DECIMAL(10,0)"},
}};

Result<std::string> plain_type(const std::string& name, const std::string& place) {
  for (const auto& [delta, engine] : plain_types) {
    if (name == delta) {
      return std::string(engine);
    }
  }
  if (name == "void" || name == "null") {
    return std::string("VARCHAR");  // every value is NULL
  }
  if (name.starts_with("char(") || name.starts_with("varchar(") ||
      name.starts_with("string collate ")) {
    return std::string("VARCHAR");
  }
  int precision = 0;
  int scale = 0;
  int end = 0;
  if (std::sscanf(name.c_str(), "decimal(%2d,%2d)%n", &precision, &scale, &end) == 2 &&
      static_cast<std::size_t>(end) == name.size()) {
    return fmt::format("DECIMAL({},{})", precision, scale);
  }
  return fail(Code::refused, fmt::format("the column {} is of the type {}, which this reader does "
                                         "not know",
                                         printable(place), printable(name)));
}

class SchemaReader {
 public:
  explicit SchemaReader(Mapping mapping) : mapping_(mapping) {}

  Result<std::vector<Field>> fields(const json& structure, const std::string& place, int depth) {
    std::vector<Field> result;
    for (const json& one : structure.at("fields")) {
      Field field;
      field.name = one.at("name").get<std::string>();
      field.physical = field.name;
      const auto nullable = one.find("nullable");
      if (nullable != one.end() && nullable->is_boolean() && !nullable->get<bool>()) {
        field.nullable = Nullable::no;
      }
      if (const auto metadata = one.find("metadata");
          metadata != one.end() && metadata->is_object()) {
        TRY_OK(annotate(field, *metadata, place));
      }
      TRY_OK(type(field, one.at("type"), place + field.name, depth));
      result.push_back(std::move(field));
    }
    if (result.empty() && depth > 0) {
      return fail(Code::refused, fmt::format("the column {} is a struct without fields, which the "
                                             "table engine cannot hold",
                                             printable(place)));
    }
    return result;
  }

 private:
  Status annotate(Field& field, const json& metadata, const std::string& place) const {
    if (mapping_ != Mapping::none) {
      const auto physical = metadata.find("delta.columnMapping.physicalName");
      const auto id = metadata.find("delta.columnMapping.id");
      if (physical == metadata.end() || id == metadata.end()) {
        return fail(Code::corrupt, fmt::format("the column {} has no physical name and id, which "
                                               "a table with column mapping needs",
                                               printable(place + field.name)));
      }
      field.physical = physical->get<std::string>();
      field.id = id->get<std::int64_t>();
    }
    // {"expression": {"expression": "x > 3"}}, as JSON in a string.
    if (const auto invariant = metadata.find("delta.invariants"); invariant != metadata.end()) {
      field.invariant = json::parse(invariant->get<std::string>())
                            .at("expression")
                            .at("expression")
                            .get<std::string>();
    }
    return {};
  }

  Status child(Field& field, const char* name, const json& child_type, const std::string& place,
               int depth) {
    Field part;
    part.name = name;
    part.physical = name;
    TRY_OK(type(part, child_type, fmt::format("{}.{}", place, name), depth + 1));
    field.children.push_back(std::move(part));
    return {};
  }

  Status type(Field& field, const json& described, const std::string& place, int depth) {
    if (depth > deepest) {
      return fail(Code::refused,
                  fmt::format("the column {} is nested more than {} levels deep",
                              printable(std::string_view(place).substr(0, 60)), deepest));
    }
    if (described.is_string()) {
      TRY(field.type, plain_type(described.get<std::string>(), place));
      return {};
    }
    const auto kind = described.at("type").get<std::string>();
    if (kind == "struct") {
      field.shape = Shape::structure;
      TRY(field.children, fields(described, place + ".", depth + 1));
      return {};
    }
    if (kind == "array") {
      field.shape = Shape::list;
      return child(field, "element", described.at("elementType"), place, depth);
    }
    if (kind == "map") {
      field.shape = Shape::map;
      TRY_OK(child(field, "key", described.at("keyType"), place, depth));
      return child(field, "value", described.at("valueType"), place, depth);
    }
    return fail(Code::refused,
                fmt::format("the column {} is of the type {}, which this reader does not know",
                            printable(place), printable(kind)));
  }

  Mapping mapping_;
};

}  // namespace

Result<std::vector<Field>> read_schema(const std::string& text, Mapping mapping) {
  try {
    return SchemaReader(mapping).fields(json::parse(text), "", 0);
  } catch (const json::exception& problem) {
    return fail(Code::corrupt,
                fmt::format("the schema in the log cannot be read: {}", problem.what()));
  }
}

std::string sql_type(const Field& field) {
  switch (field.shape) {
    case Shape::plain:
      return field.type;
    case Shape::list:
      return sql_type(field.children[0]) + "[]";
    case Shape::map:
      return fmt::format("MAP({}, {})", sql_type(field.children[0]), sql_type(field.children[1]));
    case Shape::structure:
      break;
  }
  std::string fields;
  for (const Field& one : field.children) {
    fields += fmt::format("{}{} {}", fields.empty() ? "" : ", ", quote_identifier(one.name),
                          sql_type(one));
  }
  return fmt::format("STRUCT({})", fields);
}

}  // namespace mlpipe::stages::table::delta
