#include "runner/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace mlpipe {
namespace {

struct Number {
  double value;
  std::size_t length;
};

// A plain decimal at the start of `text`: digits with at most one point. No sign, no exponent.
std::optional<Number> leading_number(std::string_view text) {
  std::size_t length = 0;
  bool point = false;
  while (length < text.size() && (std::isdigit(static_cast<unsigned char>(text[length])) != 0 ||
                                  (text[length] == '.' && !point))) {
    point = point || text[length] == '.';
    ++length;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + length, value);
  if (length == 0 || error != std::errc{} || end != text.data() + length) {
    return std::nullopt;
  }
  return Number{value, length};
}

std::optional<double> unit_milliseconds(std::string_view unit) {
  struct Unit {
    std::string_view name;
    double milliseconds;
  };
  static constexpr std::array<Unit, 7> units{{{"ms", 1.0},
                                              {"s", 1e3},
                                              {"m", 60e3},
                                              {"min", 60e3},
                                              {"h", 3600e3},
                                              {"d", 86400e3},
                                              {"w", 604800e3}}};
  for (const Unit& known : units) {
    if (unit == known.name) {
      return known.milliseconds;
    }
  }
  return std::nullopt;
}

constexpr double longest_duration_ms = 1e15;  // 31,000 years: keeps every sum within 64 bits

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  text = trim(text);
  double total = 0;
  if (text.empty()) {
    return std::nullopt;
  }
  for (bool first = true; !text.empty(); first = false) {
    const auto number = leading_number(text);
    if (!number) {
      return std::nullopt;
    }
    text = trim(text.substr(number->length));
    std::size_t letters = 0;
    while (letters < text.size() && std::isalpha(static_cast<unsigned char>(text[letters])) != 0) {
      ++letters;
    }
    const bool bare_seconds = first && text.empty();
    const auto scale =
        bare_seconds ? std::optional<double>(1e3) : unit_milliseconds(text.substr(0, letters));
    if (!scale) {
      return std::nullopt;
    }
    total += number->value * *scale;
    text = trim(text.substr(letters));
  }
  if (!(total <= longest_duration_ms)) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(std::llround(total));
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  text = trim(text);
  const auto number = leading_number(text);
  if (!number) {
    return std::nullopt;
  }
  std::string unit(trim(text.substr(number->length)));
  std::transform(unit.begin(), unit.end(), unit.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  static constexpr std::string_view scales = "kmgtp";
  double scale = 1;
  if (!unit.empty() && unit != "b") {
    const auto power = scales.find(unit[0]);
    const std::string_view rest = std::string_view(unit).substr(1);
    if (power == std::string_view::npos || (!rest.empty() && rest != "b" && rest != "ib")) {
      return std::nullopt;
    }
    scale = std::pow(1024.0, static_cast<double>(power + 1));
  }
  const double bytes = number->value * scale;
  if (!(bytes < 9e18)) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(std::llround(bytes));
}

std::string format_duration(std::chrono::milliseconds duration) {
  const auto ms = duration.count();
  if (ms < 10'000) {
    return fmt::format("{:.2f} s", static_cast<double>(ms) / 1e3);
  }
  if (ms < 60'000) {
    return fmt::format("{:.1f} s", static_cast<double>(ms) / 1e3);
  }
  const auto seconds = ms / 1000;
  if (seconds < 3600) {
    return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  }
  return fmt::format("{} h {:02} min", seconds / 3600, seconds / 60 % 60);
}

std::string format_size(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 5> units{"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) {
    return fmt::format("{} B", bytes);
  }
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, units[unit]);
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  const auto distance = [&](std::string_view other) {
    std::vector<std::vector<std::size_t>> cost(word.size() + 1,
                                               std::vector<std::size_t>(other.size() + 1));
    for (std::size_t i = 0; i <= word.size(); ++i) {
      for (std::size_t j = 0; j <= other.size(); ++j) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        const std::size_t replace = cost[i - 1][j - 1] + (word[i - 1] == other[j - 1] ? 0 : 1);
        cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replace});
        if (i > 1 && j > 1 && word[i - 1] == other[j - 2] && word[i - 2] == other[j - 1]) {
          cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[word.size()][other.size()];
  };
  constexpr std::size_t longest_word = 100;  // nobody mistypes more; keeps the table small
  if (word.empty() || word.size() > longest_word) {
    return std::nullopt;
  }
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::optional<std::string> found;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > longest_word) {
      continue;
    }
    if (const std::size_t cost = distance(candidate); cost < best) {
      best = cost;
      found = candidate;
    }
  }
  return found;
}

bool is_glob(std::string_view path) {
  return path.find_first_of("*?[") != std::string_view::npos;
}

namespace {

// Matches one `[...]` class at the start of `pattern`; `length` receives its size, 0 where it is
// not closed.
bool class_match(std::string_view pattern, char c, std::size_t& length) {
  std::size_t i = 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  i += negated ? 1 : 0;
  bool matched = false;
  const std::size_t first = i;
  for (; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      matched = matched || (pattern[i] <= c && c <= pattern[i + 2]);
      i += 2;
    } else {
      matched = matched || pattern[i] == c;
    }
  }
  length = i < pattern.size() ? i + 1 : 0;
  return matched != negated;
}

// Iterative wildcard match of one component: linear stack, one backtrack point.
bool component_match(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    std::size_t length = 0;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == '[' &&
               class_match(pattern.substr(p), name[n], length) && length > 0) {
      p += length;
      ++n;
    } else if (p < pattern.size() &&
               (pattern[p] == '?' || (pattern[p] == name[n] && pattern[p] != '['))) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') {
    ++p;
  }
  return p == pattern.size();
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view path) {
  const auto parts = split(pattern, '/');
  const auto names = split(path, '/');
  // reachable[j]: the parts read so far can match the first j names.
  std::vector<char> reachable(names.size() + 1, 0);
  reachable[0] = 1;
  for (const std::string_view part : parts) {
    std::vector<char> next(names.size() + 1, 0);
    if (part == "**") {
      char open = 0;
      for (std::size_t j = 0; j <= names.size(); ++j) {
        open = static_cast<char>(open | reachable[j]);
        next[j] = open;
      }
    } else {
      for (std::size_t j = 0; j < names.size(); ++j) {
        next[j + 1] = static_cast<char>(reachable[j] != 0 && component_match(part, names[j]));
      }
    }
    reachable = std::move(next);
  }
  return reachable[names.size()] != 0;
}

std::optional<std::string> normal_path(std::string_view path) {
  if (!path.empty() && path[0] == '/') {
    return std::nullopt;
  }
  std::vector<std::string_view> parts;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") {
      continue;
    }
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return std::nullopt;
    } else {
      parts.pop_back();
    }
  }
  return parts.empty() ? std::string(".") : fmt::format("{}", fmt::join(parts, "/"));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  for (std::size_t end = text.find(separator); end != std::string_view::npos;
       end = text.find(separator, start)) {
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  parts.push_back(text.substr(start));
  return parts;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

namespace {

// Length of the valid UTF-8 sequence at the start of `text`, 0 where there is none (overlong,
// surrogate, too large).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned b = byte(0);
  if (b < 0x80) {
    return 1;
  }
  if (b >= 0xC2 && b <= 0xDF) {
    return tail(1) ? 2 : 0;
  }
  if (b >= 0xE0 && b <= 0xEF) {
    const bool ok =
        tail(1) && tail(2) && !(b == 0xE0 && byte(1) < 0xA0) && !(b == 0xED && byte(1) > 0x9F);
    return ok ? 3 : 0;
  }
  if (b >= 0xF0 && b <= 0xF4) {
    const bool ok = tail(1) && tail(2) && tail(3) && !(b == 0xF0 && byte(1) < 0x90) &&
                    !(b == 0xF4 && byte(1) > 0x8F);
    return ok ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (length == 0 || (byte < 0x20 && byte != '\t') || byte == 0x7F) {
      shown += fmt::format("\\x{:02x}", byte);
      text.remove_prefix(1);
    } else {
      shown += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return shown;
}

}  // namespace mlpipe
