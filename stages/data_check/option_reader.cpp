#include "stages/data_check/option_reader.hpp"

#include <fmt/format.h>

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

}  // namespace mlpipe::stages::data_check
