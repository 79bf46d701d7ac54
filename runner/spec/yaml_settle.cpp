// YamlBuilder's second and third phase: aliases become copies, then duplicates are told and merge
// keys applied.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "runner/base/text.hpp"
#include "runner/spec/yaml_builder.hpp"

namespace mlpipe::spec {
namespace {

constexpr std::string_view merge_key("\0<<", 3);

std::uint64_t place_of(Mark mark) {
  return (std::uint64_t{mark.line} << 32U) | mark.column;
}

std::string_view shown(const std::string& key) {
  return key == merge_key ? "<<" : std::string_view(key);
}

}  // namespace

// In document order, as the ordinals were given. Nothing moves in this phase, so pointers to
// finished values hold.
void YamlBuilder::fill_aliases(Node& node, std::size_t depth) {
  const std::size_t ordinal = walked_++;
  if (const auto alias = alias_at_.find(ordinal); alias != alias_at_.end()) {
    if (const auto target = defined_.find(alias->second); target != defined_.end() && !exhausted_) {
      const Mark at = node.mark;
      if (!copy(*target->second, node, depth, at)) {
        node = Node{NodeKind::null, false, at, {}, {}, {}};
      }
    }
    return;
  }
  for (Node& item : node.items) {
    fill_aliases(item, depth + 1);
  }
  if (const auto anchor = anchor_at_.find(ordinal); anchor != anchor_at_.end()) {
    defined_[anchor->second] = &node;
  }
}

bool YamlBuilder::copy(const Node& from, Node& to, std::size_t depth, Mark at) {
  if (!from.is_scalar() && depth > limits_.depth) {
    exhausted_ = true;
    diagnostics_.error(
        at, fmt::format("this alias nests lists and maps more than {} deep", limits_.depth),
        "write the value out, or use `templates`");
    return false;
  }
  copied_bytes_ += from.text.size();
  for (const Node::Key& key : from.keys) {
    copied_bytes_ += key.text.size();
  }
  if (++copied_nodes_ > limits_.expanded_nodes || copied_bytes_ > limits_.expanded_bytes) {
    exhausted_ = true;
    diagnostics_.error(at,
                       fmt::format("aliases in this file make more than {} values or {}",
                                   limits_.expanded_nodes, format_size(limits_.expanded_bytes)),
                       "use fewer aliases of aliases");
    return false;
  }
  to.kind = from.kind;
  to.quoted = from.quoted;
  to.mark = from.mark;
  to.text = from.text;
  to.keys = from.keys;
  to.items.resize(from.items.size());
  for (std::size_t i = 0; i < from.items.size(); ++i) {
    if (!copy(from.items[i], to.items[i], depth + 1, at)) {
      return false;
    }
  }
  return true;
}

void YamlBuilder::settle(Node& node) {
  for (Node& item : node.items) {
    settle(item);
  }
  if (node.kind == NodeKind::map) {
    drop_duplicates(node);
    const auto is_merge = [](const Node::Key& key) { return key.text == merge_key; };
    if (std::any_of(node.keys.begin(), node.keys.end(), is_merge)) {
      merge(node);
    }
  }
}

void YamlBuilder::drop_duplicates(Node& map) {
  std::vector<std::size_t> order(map.keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&map](std::size_t a, std::size_t b) {
    const int compared = map.keys[a].text.compare(map.keys[b].text);
    return compared != 0 ? compared < 0 : a < b;
  });
  std::vector<std::size_t> repeated;
  for (std::size_t i = 0, first = 0; i < order.size(); ++i) {
    const Node::Key& key = map.keys[order[i]];
    if (i == first || map.keys[order[first]].text != key.text) {
      first = i;
      continue;
    }
    repeated.push_back(order[i]);
    if (reported_.insert(place_of(key.mark)).second) {
      diagnostics_.error(
          key.mark, fmt::format("duplicate key `{}`", printable(shown(key.text))),
          key.text == merge_key
              ? fmt::format(
                    "the first is in line {}; several maps are merged by a list: `<<: [*a, *b]`",
                    map.keys[order[first]].mark.line)
              : fmt::format("the first is in line {}; remove or rename one of them",
                            map.keys[order[first]].mark.line));
    }
  }
  if (repeated.empty()) {
    return;
  }
  std::sort(repeated.begin(), repeated.end());
  std::vector<Node::Key> keys;
  std::vector<Node> items;
  for (std::size_t i = 0, next = 0; i < map.keys.size(); ++i) {
    if (next < repeated.size() && repeated[next] == i) {
      ++next;
      continue;
    }
    keys.push_back(std::move(map.keys[i]));
    items.push_back(std::move(map.items[i]));
  }
  map.keys = std::move(keys);
  map.items = std::move(items);
}

// Appends the entries of `from`, which must be a map.
void YamlBuilder::take(Node&& from, Mark at, std::vector<Node::Key>& keys,
                       std::vector<Node>& items) {
  if (from.kind != NodeKind::map) {
    if (!exhausted_) {
      diagnostics_.error(at, "`<<` merges a map or a list of maps, nothing else",
                         "write `<<: *name` with the anchor of a map");
    }
    return;
  }
  std::move(from.keys.begin(), from.keys.end(), std::back_inserter(keys));
  std::move(from.items.begin(), from.items.end(), std::back_inserter(items));
}

// Own keys win over merged ones, earlier maps of a list over later ones; merged keys stand where
// `<<` stood.
void YamlBuilder::merge(Node& map) {
  std::vector<Node::Key> keys;
  std::vector<Node> items;
  std::unordered_set<std::string> own;
  for (const Node::Key& key : map.keys) {
    own.insert(key.text);
  }
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    if (map.keys[i].text != merge_key) {
      keys.push_back(std::move(map.keys[i]));
      items.push_back(std::move(map.items[i]));
      continue;
    }
    std::vector<Node::Key> merged_keys;
    std::vector<Node> merged_items;
    const Mark at = map.keys[i].mark;
    if (map.items[i].kind == NodeKind::list) {
      for (Node& item : map.items[i].items) {
        take(std::move(item), at, merged_keys, merged_items);
      }
    } else {
      take(std::move(map.items[i]), at, merged_keys, merged_items);
    }
    for (std::size_t m = 0; m < merged_keys.size(); ++m) {
      if (own.insert(merged_keys[m].text).second) {
        keys.push_back(std::move(merged_keys[m]));
        items.push_back(std::move(merged_items[m]));
      }
    }
  }
  map.keys = std::move(keys);
  map.items = std::move(items);
}

}  // namespace mlpipe::spec
