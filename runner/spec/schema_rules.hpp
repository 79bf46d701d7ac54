// The single rules of a schema, shared by the check that answers yes or no and the one that
// explains.
#pragma once

#include <string>

#include "runner/spec/node.hpp"
#include "runner/spec/schema.hpp"

namespace mlpipe::spec {

[[nodiscard]] bool within(const Schema& schema, const Node& node);       // numbers: bounds, finite
[[nodiscard]] bool among(const Schema& schema, const Node& node);        // enum, const
[[nodiscard]] bool long_enough(const Schema& schema, const Node& node);  // minLength
[[nodiscard]] bool fits_pattern(const Schema& schema, const Node& node);
// A map's key as the text that propertyNames checks.
[[nodiscard]] Node key_node(const Node::Key& key);

// What a schema wants, as a noun phrase: "a list", "a duration such as `30m`", "a text or a map
// with `path`".
[[nodiscard]] std::string noun(const Schema& schema);
// What a node is: "the text `x`", "a list", "empty".
[[nodiscard]] std::string described(const Node& node);
// What to do about a node of the wrong type; may be empty.
[[nodiscard]] std::string type_hint(const Schema& schema, const Node& node, std::string_view key);
// What to do about a key that `schema` does not have; may be empty.
[[nodiscard]] std::string key_hint(const SchemaSet& set, const Schema& schema, const Node& map,
                                   std::size_t index);
// The last word of a choice: "`a`, `b` or `c`".
[[nodiscard]] std::string choice(const std::vector<std::string>& words);

}  // namespace mlpipe::spec
