// A JSON Schema (the draft-07 keywords that ours use) compiled for checking Nodes.
// Knows nothing of pipelines and of messages; validator.cpp asks it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/spec/node.hpp"
#include "runner/spec/pattern.hpp"

namespace mlpipe::spec {

struct Schema {
  struct Constant {  // of `enum` and `const`
    NodeKind kind = NodeKind::null;
    std::string text;
  };
  enum class Additional : std::uint8_t { any, none, checked };

  std::string name;             // of the definition, empty for others
  std::string title;            // a noun phrase for messages: "a duration such as `30m`"
  std::string description;      // a sentence for people
  std::vector<NodeKind> types;  // empty: any; `real` stands for every number
  std::vector<Constant> allowed;
  std::optional<Pattern> pattern;
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::optional<double> above;  // exclusiveMinimum
  std::size_t min_length = 0;   // in characters
  std::size_t min_items = 0;
  std::size_t min_keys = 0;
  std::optional<std::size_t> max_keys;
  std::vector<std::string> required;
  std::map<std::string, const Schema*, std::less<>> properties;
  std::vector<std::string> property_names;  // of `properties`, for "did you mean"
  Additional additional = Additional::any;
  const Schema* additional_schema = nullptr;  // with Additional::checked
  const Schema* key_schema = nullptr;         // propertyNames
  const Schema* items = nullptr;
  std::vector<const Schema*> all_of;
  std::vector<const Schema*> any_of;
  const Schema* if_schema = nullptr;
  const Schema* then_schema = nullptr;
  const Schema* else_schema = nullptr;

  [[nodiscard]] bool takes(NodeKind kind) const;
  [[nodiscard]] const Schema* property(std::string_view key) const;
};

class SchemaSet {
 public:
  // Code::invalid, naming the place, for malformed JSON, an unknown keyword or a dangling $ref.
  [[nodiscard]] static Result<SchemaSet> parse(std::string_view json);

  [[nodiscard]] const Schema& root() const { return *root_; }
  // Only definitions that are reached from the root.
  [[nodiscard]] const Schema* definition(std::string_view name) const;

 private:
  class Compiler;
  std::deque<Schema> schemas_;
  std::map<std::string, const Schema*, std::less<>> definitions_;
  const Schema* root_ = nullptr;
};

}  // namespace mlpipe::spec
