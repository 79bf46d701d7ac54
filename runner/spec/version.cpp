// The `requires` key: a list of comparisons that must all hold.
#include <algorithm>
#include <array>
#include <charconv>

#include "runner/base/text.hpp"
#include "runner/spec/pipeline_reader.hpp"

namespace mlpipe::spec {
namespace {

std::optional<std::vector<std::uint64_t>> parse_version(std::string_view text) {
  std::vector<std::uint64_t> parts;
  for (const std::string_view part : split(text, '.')) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (part.empty() || error != std::errc{} || end != part.data() + part.size()) {
      return std::nullopt;
    }
    parts.push_back(number);
  }
  return parts;
}

// Missing parts are 0: 1 and 1.0.0 are the same version.
int compare(std::vector<std::uint64_t> a, std::vector<std::uint64_t> b) {
  const std::size_t size = std::max(a.size(), b.size());
  a.resize(size);
  b.resize(size);
  return a < b ? -1 : a > b ? 1 : 0;
}

bool holds(std::string_view sign, int order) {
  if (sign == ">=") {
    return order >= 0;
  }
  if (sign == "<=") {
    return order <= 0;
  }
  if (sign == "!=") {
    return order != 0;
  }
  if (sign == ">") {
    return order > 0;
  }
  return sign == "<" ? order < 0 : order == 0;
}

}  // namespace

std::optional<bool> meets(std::string_view version, std::string_view wanted) {
  static constexpr std::array<std::string_view, 6> signs{">=", "<=", "==", "!=", ">", "<"};
  const auto own = parse_version(version);
  bool all = own.has_value();
  for (const std::string_view part : split(wanted, ',')) {
    std::string_view text = trim(part);
    const auto sign = std::find_if(signs.begin(), signs.end(), [&](std::string_view s) { return text.starts_with(s); });
    text = trim(text.substr(sign == signs.end() ? 0 : sign->size()));
    const auto asked = parse_version(text);
    if (!asked) {
      return std::nullopt;
    }
    all = all && holds(sign == signs.end() ? std::string_view("==") : *sign, compare(*own, *asked));
  }
  return all;
}

}  // namespace mlpipe::spec
