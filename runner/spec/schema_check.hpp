// A Node against a compiled schema: every violation as a Diagnostic in people's words.
// Says yes or no exactly as draft-07 does, except that numbers must be finite and 1.0 is no
// integer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/node.hpp"
#include "runner/spec/schema.hpp"

namespace mlpipe::spec {

class SchemaCheck {
 public:
  SchemaCheck(const SchemaSet& set, Diagnostics& diagnostics)
      : set_(set), diagnostics_(diagnostics) {}

  void document(const Schema& schema, const Node& node);
  // `key` is what the node stands below.
  void value(const Schema& schema, const Node& node, std::string_view key);

 private:
  // Where the check is: the document, below a key, or at an entry of the list below a key.
  enum class At : std::uint8_t { document, key, entry };
  struct Place {
    std::string_view key;
    At at = At::key;
    Mark mark;
  };

  void visit(const Schema& schema, const Node& node, const Place& place);
  void scalar(const Schema& schema, const Node& node, const Place& place);
  void list(const Schema& schema, const Node& node, const Place& place);
  void map(const Schema& schema, const Node& node, const Place& place);
  void keys(const Schema& schema, const Node& node, const Place& place);
  void any_of(const Schema& schema, const Node& node, const Place& place);
  void wrong_type(const Schema& schema, const Node& node, const Place& place);
  // `constants` is `schema` or the alternative in it whose values the node misses.
  void wrong_constant(const Schema& schema, const Schema& constants, const Node& node,
                      const Place& place);
  void unknown_key(const Schema& schema, const Node& node, std::size_t index, const Place& place);
  [[nodiscard]] static std::string shown(const Place& place);

  const SchemaSet& set_;
  Diagnostics& diagnostics_;
};

// Yes or no, without words.
[[nodiscard]] bool matches(const Schema& schema, const Node& node);

}  // namespace mlpipe::spec
