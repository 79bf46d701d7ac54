#include "runner/spec/stage_text.hpp"

#include <algorithm>
#include <array>

#include "runner/spec/values.hpp"

namespace mlpipe::spec {
namespace {

template <class Predicate>
bool any_node(const Node& node, const Predicate& predicate) {
  return predicate(node) ||
         std::any_of(node.items.begin(), node.items.end(), [&](const Node& item) { return any_node(item, predicate); });
}

bool adds_up(std::string_view key) {
  static constexpr std::array<std::string_view, 4> keys{"deps", "params", "secrets", "tags"};
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// Both lists, without what stands in `first` already.
Node joined(const Node& first, const Node& more) {
  if (first.kind != NodeKind::list || more.kind != NodeKind::list) {
    return first;
  }
  Node both = first;
  for (const Node& item : more.items) {
    const bool known = std::any_of(first.items.begin(), first.items.end(),
                                   [&](const Node& other) { return other.same(item); });
    if (!known) {
      both.items.push_back(item);
    }
  }
  return both;
}

void join_key(Node& target, std::string_view key, const Node& over, const Node& under) {
  const Node* first = given(over, key);
  const Node* more = given(under, key);
  if (first != nullptr && more != nullptr) {
    put(target, std::string(key), first->mark, joined(*first, *more));
  }
}

Node without(const Node& map, const std::array<std::string_view, 5>& left_out) {
  Node rest;
  rest.kind = map.kind;
  rest.mark = map.mark;
  for (std::size_t i = 0; i < map.items.size(); ++i) {
    if (std::find(left_out.begin(), left_out.end(), map.keys[i].text) == left_out.end()) {
      rest.keys.push_back(map.keys[i]);
      rest.items.push_back(map.items[i]);
    }
  }
  return rest;
}

}  // namespace

Node with_defaults(const Node& defaults, const Node& stage) {
  if (defaults.items.empty()) {
    return stage;
  }
  Node body = merged(defaults, stage);
  for (const Node::Key& key : defaults.keys) {
    if (adds_up(key.text)) {
      join_key(body, key.text, stage, defaults);
    }
  }
  const Node* over = given(stage, "env");
  const Node* under = given(defaults, "env");
  if (over != nullptr && under != nullptr) {
    Node env = merged(*under, *over);
    join_key(env, "pass", *over, *under);
    join_key(env, "count", *over, *under);
    put(body, "env", over->mark, std::move(env));
  }
  return body;
}

Node without_expansion(const Node& stage) {
  return without(stage, {"foreach", "matrix", "seeds", "extends", "vars"});
}

Node without_key(const Node& map, std::string_view key) { return without(map, {key, key, key, key, key}); }

bool holds_reference(const Node& node) {
  return any_node(node, [](const Node& one) {
    const auto refers = [](const std::string& text) { return text.find("${") != std::string::npos; };
    return refers(one.text) || std::any_of(one.keys.begin(), one.keys.end(),
                                           [&](const Node::Key& key) { return refers(key.text); });
  });
}

bool holds_whole_reference(const Node& node) {
  return any_node(node, [](const Node& one) {
    return one.kind == NodeKind::string && one.text.starts_with("${") && one.text.ends_with('}') &&
           one.text.find("${", 2) == std::string::npos;
  });
}

}  // namespace mlpipe::spec
