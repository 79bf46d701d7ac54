#include "runner/spec/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "runner/base/text.hpp"

namespace mlpipe::spec {
namespace {

std::optional<std::uint64_t> parse_integer(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0o")) {
    base = text[1] == 'x' ? 16 : 8;
    text.remove_prefix(2);
  } else if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::string cut(const std::string& text) {
  constexpr std::size_t longest = 60;
  return text.size() <= longest ? printable(text) : printable(text.substr(0, longest)) + "…";
}

}  // namespace

std::string describe(const Node& node) {
  switch (node.kind) {
    case NodeKind::null:
      return "nothing";
    case NodeKind::boolean:
      return fmt::format("`{}`", node.text);
    case NodeKind::integer:
    case NodeKind::real:
      return fmt::format("the number {}", cut(node.text));
    case NodeKind::string:
      return node.text.empty() ? "an empty text" : fmt::format("`{}`", cut(node.text));
    case NodeKind::list:
      return "a list";
    case NodeKind::map:
      return "a map";
  }
  return "nothing";
}

const Node* given(const Node& map, std::string_view key) {
  const Node* found = map.find(key);
  return found != nullptr && found->kind != NodeKind::null ? found : nullptr;
}

void Values::wrong(const Node& node, std::string_view what, std::string_view wanted, std::string hint) {
  report_.error(node.mark, fmt::format("`{}` must be {}, not {}", what, wanted, describe(node)), std::move(hint));
}

std::optional<std::string> Values::text(const Node& node, std::string_view what) {
  if (!node.is_scalar() || node.kind == NodeKind::null || trim(node.text).empty()) {
    wrong(node, what, "a text");
    return std::nullopt;
  }
  if (node.text.find('\0') != std::string::npos) {
    report_.error(node.mark, fmt::format("`{}` holds a NUL byte", what));
    return std::nullopt;
  }
  return node.text;
}

std::optional<bool> Values::boolean(const Node& node, std::string_view what) {
  if (node.kind != NodeKind::boolean) {
    wrong(node, what, "true or false");
    return std::nullopt;
  }
  return node.text == "true";
}

std::optional<std::uint64_t> Values::integer(const Node& node, std::string_view what, std::uint64_t min,
                                             std::uint64_t max) {
  const auto value = node.is_scalar() ? parse_integer(node.text) : std::nullopt;
  if (!value || *value < min || *value > max) {
    wrong(node, what, fmt::format("a whole number from {} to {}", min, max));
    return std::nullopt;
  }
  return value;
}

std::optional<double> Values::number(const Node& node, std::string_view what, double min) {
  double value = 0;
  const auto [end, error] = std::from_chars(node.text.data(), node.text.data() + node.text.size(), value);
  const bool read = node.is_scalar() && !node.text.empty() && error == std::errc{} &&
                    end == node.text.data() + node.text.size();
  if (!read || !std::isfinite(value) || value < min) {
    wrong(node, what, fmt::format("a number of at least {}", min));
    return std::nullopt;
  }
  return value;
}

std::optional<std::chrono::milliseconds> Values::duration(const Node& node, std::string_view what) {
  const auto value = node.is_scalar() ? parse_duration(node.text) : std::nullopt;
  if (!value) {
    wrong(node, what, "a duration", "durations are written 90s, 1.5h, 2m30s, 7d; a bare number is seconds");
  }
  return value;
}

std::optional<std::uint64_t> Values::size(const Node& node, std::string_view what) {
  const auto value = node.is_scalar() ? parse_size(node.text) : std::nullopt;
  if (!value) {
    wrong(node, what, "a size", "sizes are written 512M, 4G, 1.5GiB");
  }
  return value;
}

std::optional<std::string> Values::one_of(const Node& node, std::string_view what,
                                          std::initializer_list<std::string_view> words) {
  if (node.is_scalar() && std::find(words.begin(), words.end(), node.text) != words.end()) {
    return node.text;
  }
  std::vector<std::string> known(words.begin(), words.end());
  wrong(node, what, fmt::format("one of {}", fmt::join(known, ", ")),
        report_.suggest(what, node.text, [&] { return known; }));
  return std::nullopt;
}

std::vector<Text> Values::texts(const Node& node, std::string_view what) {
  std::vector<Text> found;
  each(node, [&](const Node& item) {
    if (auto value = text(item, what)) {
      found.push_back({std::move(*value), item.mark});
    }
  });
  return found;
}

bool Values::map(const Node& node, std::string_view what, std::initializer_list<std::string_view> keys) {
  if (node.kind != NodeKind::map) {
    wrong(node, what, "a map");
    return false;
  }
  for (const Node::Key& key : node.keys) {
    if (keys.size() > 0 && std::find(keys.begin(), keys.end(), key.text) == keys.end()) {
      const std::vector<std::string> known(keys.begin(), keys.end());
      report_.error(key.mark, fmt::format("unknown key `{}` in `{}`", printable(key.text), what),
                    report_.suggest(what, key.text, [&] { return known; },
                                    fmt::format("the keys are {}", fmt::join(known, ", "))));
    }
  }
  return true;
}

void Values::each(const Node& node, const std::function<void(const Node&)>& each) {
  if (node.kind != NodeKind::list) {
    each(node);
    return;
  }
  for (const Node& item : node.items) {
    each(item);
  }
}

Node merged(Node under, const Node& over) {
  if (under.kind != NodeKind::map || over.kind != NodeKind::map) {
    return over;
  }
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < under.keys.size(); ++i) {
    places.emplace(under.keys[i].text, i);
  }
  under.mark = over.mark;
  for (std::size_t i = 0; i < over.items.size(); ++i) {
    const auto place = places.find(over.keys[i].text);
    if (place == places.end()) {
      under.keys.push_back(over.keys[i]);
      under.items.push_back(over.items[i]);
    } else {
      under.keys[place->second].mark = over.keys[i].mark;
      under.items[place->second] = merged(std::move(under.items[place->second]), over.items[i]);
    }
  }
  return under;
}

void put(Node& map, const std::string& key, Mark mark, Node value) {
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    if (map.keys[i].text == key) {
      map.items[i] = std::move(value);
      return;
    }
  }
  map.keys.push_back({key, mark});
  map.items.push_back(std::move(value));
}

}  // namespace mlpipe::spec
