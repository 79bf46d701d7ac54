#include "runner/spec/params_file.hpp"

#include <fmt/format.h>

#include "runner/base/text.hpp"
#include "runner/spec/yaml_reader.hpp"

namespace mlpipe::spec {

Node read_params(std::string_view path, std::uint32_t file, std::string_view text, Diagnostics& diagnostics) {
  Node root;
  const Mark start{file, 1, 1};
  if (path.ends_with(".yaml") || path.ends_with(".yml")) {
    root = read_yaml(file, text, diagnostics);
  } else if (path.ends_with(".json")) {
    root = trim(text).empty() ? Node{} : read_json(file, text, diagnostics);
  } else if (path.ends_with(".toml")) {
    root = read_toml(file, text, diagnostics);
  } else {
    diagnostics.error(start, fmt::format("`{}` is no parameter file that can be read", printable(path)),
                      "its name must end in .yaml, .yml, .json or .toml");
  }
  if (root.kind == NodeKind::null) {
    root.kind = NodeKind::map;
    root.mark = start;
  }
  if (root.kind != NodeKind::map) {
    diagnostics.error(root.mark.line == 0 ? start : root.mark, "a parameter file holds a map of names to values",
                      "begin with `name: value`");
    root = Node{};
    root.kind = NodeKind::map;
    root.mark = start;
  }
  return root;
}

void add_leaves(const std::string& file, const std::string& key, const Node& value, std::vector<Param>& out) {
  if (value.kind != NodeKind::map || (value.items.empty() && !key.empty())) {
    out.push_back({file, key, canonical_json(value)});
    return;
  }
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    add_leaves(file, key.empty() ? value.keys[i].text : key + '.' + value.keys[i].text, value.items[i], out);
  }
}

Node* find_dotted(Node& root, std::string_view key) {
  for (std::size_t i = 0; i < root.items.size(); ++i) {
    const std::string part = root.kind == NodeKind::map ? root.keys[i].text : std::to_string(i);
    if (part == key) {
      return &root.items[i];
    }
    if (key.size() > part.size() && key[part.size()] == '.' && key.substr(0, part.size()) == part) {
      if (Node* found = find_dotted(root.items[i], key.substr(part.size() + 1))) {
        return found;
      }
    }
  }
  return nullptr;
}

}  // namespace mlpipe::spec
