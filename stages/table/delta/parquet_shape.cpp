#include "stages/table/delta/parquet_shape.hpp"

#include <fmt/format.h>

#include <map>

#include "runner/base/text.hpp"
#include "stages/table/quoting.hpp"

namespace mlpipe::stages::table::delta {
namespace {

constexpr std::size_t files_at_once = 1000;
constexpr int deepest = 200;

// The elements of one file's schema in the order of its footer: parents before their children.
struct Element {
  std::string name;
  std::optional<std::int64_t> id;
  std::int64_t children = 0;
  std::string annotation;  // LIST, MAP, ListType() ...
};

class TreeBuilder {
 public:
  explicit TreeBuilder(std::vector<Element> elements) : elements_(std::move(elements)) {}

  Result<std::vector<ParquetColumn>> columns() {
    TRY(ParquetColumn root, column(0));
    return std::move(root.children);
  }

 private:
  Result<ParquetColumn> column(int depth) {
    if (at_ == elements_.size() || depth > deepest) {
      return fail(Code::corrupt, "the schema in its footer is damaged");
    }
    const Element element = elements_[at_++];
    ParquetColumn result{element.name, element.id, {}};
    for (std::int64_t i = 0; i < element.children; ++i) {
      TRY(ParquetColumn child, column(depth + 1));
      result.children.push_back(std::move(child));
    }
    unwrap(result, element.annotation);
    return result;
  }

  // A list is a group around a repeated group around the element (or around the element itself); a
  // map is one around a repeated group of key and value.
  static void unwrap(ParquetColumn& column, const std::string& annotation) {
    const bool list = annotation.starts_with("LIST") || annotation.starts_with("ListType");
    const bool map = annotation.starts_with("MAP") || annotation.starts_with("MapType");
    if ((!list && !map) || column.children.size() != 1) {
      return;
    }
    ParquetColumn repeated = std::move(column.children[0]);
    const bool around = map ? repeated.children.size() == 2
                            : repeated.children.size() == 1 && repeated.name != "array" &&
                                  repeated.name != column.name + "_tuple";
    if (around) {
      column.children = std::move(repeated.children);
    } else {
      column.children = {std::move(repeated)};
    }
  }

  std::vector<Element> elements_;
  std::size_t at_ = 0;
};

std::int64_t number(const port::Cell& cell) {
  const auto* value = std::get_if<std::int64_t>(&cell);
  return value == nullptr ? 0 : *value;
}

std::string word(const port::Cell& cell) {
  const auto* value = std::get_if<std::string>(&cell);
  return value == nullptr ? "" : *value;
}

Result<std::vector<ParquetColumn>> columns_of(port::TableEngine& engine, const std::string& path) {
  TRY(const port::Rows rows,
      engine.query(fmt::format("SELECT name, field_id, num_children, coalesce(logical_type, "
                               "converted_type, '') FROM parquet_schema([{}]) ORDER BY column_id",
                               quote_path(path))));
  std::vector<Element> elements;
  for (const auto& row : rows.rows) {
    Element& element = elements.emplace_back();
    element.name = word(row.at(0));
    if (!std::holds_alternative<std::monostate>(row.at(1))) {
      element.id = number(row.at(1));
    }
    element.children = number(row.at(2));
    element.annotation = word(row.at(3));
  }
  auto columns = TreeBuilder(std::move(elements)).columns();
  if (!columns) {
    return fail(columns.error().code,
                fmt::format("{}: {}", printable(path), columns.error().message));
  }
  return columns;
}

// A digest of the schema for each path.
Status fingerprints(port::TableEngine& engine, const std::vector<std::string>& paths,
                    std::size_t first, std::map<std::string, std::string>& shapes) {
  std::string list;
  for (std::size_t i = first; i < std::min(paths.size(), first + files_at_once); ++i) {
    list += (i == first ? "" : ", ") + quote_path(paths[i]);
  }
  TRY(const port::Rows rows,
      engine.query(fmt::format(
          "SELECT file_name, md5(to_json(list([name, type, num_children::VARCHAR, "
          "field_id::VARCHAR, converted_type, logical_type] ORDER BY column_id))::VARCHAR) FROM "
          "parquet_schema([{}]) GROUP BY file_name",
          list)));
  for (const auto& row : rows.rows) {
    shapes[word(row.at(0))] = word(row.at(1));
  }
  return {};
}

}  // namespace

Result<std::vector<FilesOfShape>> group_by_shape(port::TableEngine& engine,
                                                 const std::vector<std::string>& paths) {
  std::map<std::string, std::string> shapes;
  for (std::size_t first = 0; first < paths.size(); first += files_at_once) {
    TRY_OK(fingerprints(engine, paths, first, shapes));
  }
  std::vector<FilesOfShape> groups;
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto shape = shapes.find(paths[i]);
    if (shape == shapes.end()) {
      return fail(Code::corrupt, fmt::format("{} tells no columns", printable(paths[i])));
    }
    const auto [group, is_new] = known.emplace(shape->second, groups.size());
    if (is_new) {
      TRY(auto columns, columns_of(engine, paths[i]));
      groups.push_back({std::move(columns), {}});
    }
    groups[group->second].files.push_back(i);
  }
  return groups;
}

}  // namespace mlpipe::stages::table::delta
