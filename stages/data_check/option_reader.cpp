#include "stages/data_check/option_reader.hpp"

#include <fmt/format.h>

#include "runner/spec/schema.hpp"

namespace mlpipe::stages::data_check {

using spec::Diagnostics;
using spec::Node;

OnEmpty read_on_empty(const Node& node, Diagnostics& diagnostics) {
  if (node.text == "warn") {
    return OnEmpty::warn;
  }
  if (node.text == "fail") {
    return OnEmpty::fail;
  }
  if (node.text != "pass") {
    diagnostics.error(node.mark,
                      fmt::format("`on_empty` must be pass, warn or fail, not {}", shown(node)));
  }
  return OnEmpty::pass;
}

std::optional<std::string> schema_problem(const std::string& json) {
  const auto schema = spec::SchemaSet::parse(json);
  return schema ? std::nullopt : std::optional(schema.error().message);
}

}  // namespace mlpipe::stages::data_check
