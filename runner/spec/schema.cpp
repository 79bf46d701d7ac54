#include "runner/spec/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace mlpipe::spec {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view definitions_prefix = "#/definitions/";

std::optional<NodeKind> kind_of_type(std::string_view type) {
  static constexpr std::pair<std::string_view, NodeKind> types[] = {
      {"null", NodeKind::null},   {"boolean", NodeKind::boolean}, {"integer", NodeKind::integer},
      {"number", NodeKind::real}, {"string", NodeKind::string},   {"array", NodeKind::list},
      {"object", NodeKind::map}};
  for (const auto& [name, kind] : types) {
    if (name == type) {
      return kind;
    }
  }
  return std::nullopt;
}

}  // namespace

bool Schema::takes(NodeKind kind) const {
  return types.empty() || std::any_of(types.begin(), types.end(), [kind](NodeKind type) {
           return type == kind || (type == NodeKind::real && kind == NodeKind::integer);
         });
}

const Schema* Schema::property(std::string_view key) const {
  const auto found = properties.find(key);
  return found == properties.end() ? nullptr : found->second;
}

class SchemaSet::Compiler {
 public:
  Compiler(const Json& document, SchemaSet& set) : document_(document), set_(set) {}

  Result<const Schema*> compile(const Json& json, std::string name) {
    if (!json.is_object()) {
      return broken(name, "a schema must be an object");
    }
    if (const auto ref = json.find("$ref"); ref != json.end()) {
      return follow(ref->get<std::string>());
    }
    Schema& schema = set_.schemas_.emplace_back();
    schema.name = name;
    if (!name.empty()) {
      set_.definitions_[name] = &schema;
    }
    for (const auto& [keyword, value] : json.items()) {
      TRY(const bool known, keyword_of(schema, keyword, value));
      if (!known) {
        return broken(name, fmt::format("unknown keyword `{}`", keyword));
      }
    }
    return &schema;
  }

 private:
  static tl::unexpected<Error> broken(std::string_view where, std::string_view why) {
    return fail(Code::invalid,
                fmt::format("schema {}: {}", where.empty() ? "(inline)" : where, why));
  }

  Result<const Schema*> follow(const std::string& ref) {
    if (!ref.starts_with(definitions_prefix)) {
      return broken(ref, "only references into definitions are known");
    }
    const std::string name = ref.substr(definitions_prefix.size());
    if (const Schema* known = set_.definition(name)) {
      return known;
    }
    const auto definitions = document_.find("definitions");
    if (definitions == document_.end() || !definitions->contains(name)) {
      return broken(ref, "no such definition");
    }
    return compile((*definitions)[name], name);
  }

  Result<bool> keyword_of(Schema& schema, const std::string& keyword, const Json& value) {
    if (plain_keyword(schema, keyword, value)) {
      return true;
    }
    if (keyword == "type") {
      return type(schema, value);
    }
    if (keyword == "enum" || keyword == "const") {
      return constants(schema, keyword == "enum" ? value : Json::array({value}));
    }
    if (keyword == "pattern") {
      TRY(schema.pattern, Pattern::compile(value.get<std::string>()));
      return true;
    }
    if (keyword == "properties") {
      for (const auto& [key, property] : value.items()) {
        TRY(schema.properties[key], compile(property, ""));
        schema.property_names.push_back(key);
      }
      return true;
    }
    if (keyword == "additionalProperties" && value.is_boolean()) {
      schema.additional = value.get<bool>() ? Schema::Additional::any : Schema::Additional::none;
      return true;
    }
    return nested_keyword(schema, keyword, value);
  }

  static bool plain_keyword(Schema& schema, const std::string& keyword, const Json& value) {
    if (keyword == "$schema" || keyword == "$id" || keyword == "definitions") {
      return true;
    }
    if (keyword == "title" || keyword == "description") {
      (keyword == "title" ? schema.title : schema.description) = value.get<std::string>();
    } else if (keyword == "minimum") {
      schema.minimum = value.get<double>();
    } else if (keyword == "maximum") {
      schema.maximum = value.get<double>();
    } else if (keyword == "exclusiveMinimum") {
      schema.above = value.get<double>();
    } else if (keyword == "minLength") {
      schema.min_length = value.get<std::size_t>();
    } else if (keyword == "minItems") {
      schema.min_items = value.get<std::size_t>();
    } else if (keyword == "minProperties") {
      schema.min_keys = value.get<std::size_t>();
    } else if (keyword == "maxProperties") {
      schema.max_keys = value.get<std::size_t>();
    } else if (keyword == "required") {
      schema.required = value.get<std::vector<std::string>>();
    } else {
      return false;
    }
    return true;
  }

  Result<bool> nested_keyword(Schema& schema, const std::string& keyword, const Json& value) {
    if (keyword == "allOf" || keyword == "anyOf") {
      for (const Json& part : value) {
        TRY(const Schema* compiled, compile(part, ""));
        (keyword == "allOf" ? schema.all_of : schema.any_of).push_back(compiled);
      }
      return true;
    }
    static constexpr std::pair<std::string_view, const Schema * Schema::*> single[] = {
        {"additionalProperties", &Schema::additional_schema},
        {"propertyNames", &Schema::key_schema},
        {"items", &Schema::items},
        {"if", &Schema::if_schema},
        {"then", &Schema::then_schema},
        {"else", &Schema::else_schema}};
    for (const auto& [name, member] : single) {
      if (name == keyword) {
        TRY(schema.*member, compile(value, ""));
        if (member == &Schema::additional_schema) {
          schema.additional = Schema::Additional::checked;
        }
        return true;
      }
    }
    return false;
  }

  static Result<bool> type(Schema& schema, const Json& value) {
    for (const Json& name : value.is_array() ? value : Json::array({value})) {
      const auto kind = kind_of_type(name.get<std::string>());
      if (!kind) {
        return broken(schema.name, "unknown type");
      }
      schema.types.push_back(*kind);
    }
    return true;
  }

  static Result<bool> constants(Schema& schema, const Json& values) {
    for (const Json& value : values) {
      if (value.is_string()) {
        schema.allowed.push_back({NodeKind::string, value.get<std::string>()});
      } else if (value.is_number_integer()) {
        schema.allowed.push_back({NodeKind::integer, value.dump()});
      } else {
        return broken(schema.name, "constants are texts or integers");
      }
    }
    return true;
  }

  const Json& document_;
  SchemaSet& set_;
};

Result<SchemaSet> SchemaSet::parse(std::string_view json) {
  SchemaSet set;
  try {
    const Json document = Json::parse(json);
    Compiler compiler(document, set);
    TRY(set.root_, compiler.compile(document, ""));
  } catch (const nlohmann::json::exception& error) {
    return fail(Code::invalid, fmt::format("schema: {}", error.what()));
  }
  return set;
}

const Schema* SchemaSet::definition(std::string_view name) const {
  const auto found = definitions_.find(name);
  return found == definitions_.end() ? nullptr : found->second;
}

}  // namespace mlpipe::spec
