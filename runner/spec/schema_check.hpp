// A Node against a compiled schema: every violation as a Diagnostic in people's words.
// Says yes or no exactly as draft-07 does, except that numbers must be finite and 1.0 is no
// integer.
#pragma once

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

  // `name` is what people call the node.
  void check(const Schema& schema, const Node& node, std::string_view name);

 private:
  // Where the check is: the key that led here, or the list it is an entry of.
  struct Place {
    std::string_view name;
    bool entry = false;
    Mark mark;
  };

  void visit(const Schema& schema, const Node& node, const Place& place);
  void scalar(const Schema& schema, const Node& node, const Place& place);
  void list(const Schema& schema, const Node& node, const Place& place);
  void map(const Schema& schema, const Node& node, const Place& place);
  void keys(const Schema& schema, const Node& node, const Place& place);
  void any_of(const Schema& schema, const Node& node, const Place& place);
  void wrong_type(const Schema& schema, const Node& node, const Place& place);
  void wrong_constant(const Schema& schema, const Node& node, const Place& place);
  void unknown_key(const Schema& schema, const Node& node, std::size_t index, const Place& place);
  [[nodiscard]] static std::string shown(const Place& place);

  const SchemaSet& set_;
  Diagnostics& diagnostics_;
};

// Yes or no, without words.
[[nodiscard]] bool matches(const Schema& schema, const Node& node);

}  // namespace mlpipe::spec
