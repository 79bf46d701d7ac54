#include "stages/shared/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "runner/base/text.hpp"

namespace mlpipe::stages {

using spec::Diagnostics;
using spec::Node;
using spec::NodeKind;

std::string shown(const Node& node) {
  switch (node.kind) {
    case NodeKind::null:
      return "nothing";
    case NodeKind::list:
      return "a list";
    case NodeKind::map:
      return "a map";
    default:
      return fmt::format("`{}`", printable(node.text));
  }
}

bool read_flag(const Node& node, std::string_view key, Diagnostics& diagnostics) {
  if (node.kind != NodeKind::boolean) {
    diagnostics.error(node.mark,
                      fmt::format("`{}` must be true or false, not {}", key, shown(node)));
  }
  return node.text == "true";
}

void known_keys(const Node& node, std::initializer_list<std::string_view> keys,
                std::string_view place, Diagnostics& diagnostics) {
  const std::vector<std::string> known(keys.begin(), keys.end());
  for (const Node::Key& key : node.keys) {
    if (std::find(known.begin(), known.end(), key.text) == known.end()) {
      const auto near = nearest(key.text, known);
      diagnostics.error(key.mark, fmt::format("unknown key `{}` in {}", key.text, place),
                        near ? fmt::format("did you mean `{}`?", *near)
                             : fmt::format("it takes {}", fmt::join(known, ", ")));
    }
  }
}

}  // namespace mlpipe::stages
