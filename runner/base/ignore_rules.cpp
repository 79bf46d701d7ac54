#include "runner/base/ignore_rules.hpp"

#include <optional>

#include "runner/base/text.hpp"

namespace mlpipe {
namespace {

// A class "[...]" at pattern[at]: whether it holds `c`, and where it ends. Nothing: it is not
// closed.
std::optional<bool> match_class(std::string_view pattern, std::size_t& at, char c) {
  std::size_t i = at + 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  i += negated ? 1U : 0U;
  bool found = false;
  for (const std::size_t first = i; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      ++i;
    }
    const char low = pattern[i];
    char high = low;
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      high = pattern[i + 2];
      i += 2;
    }
    found = found || (low <= c && c <= high);
  }
  if (i >= pattern.size()) {
    return std::nullopt;
  }
  at = i + 1;
  return found != negated && c != '/';
}

bool matches(std::string_view pattern, std::string_view path);

// `**` at the start of pattern, which stands at the start of a component.
bool match_stars(std::string_view pattern, std::string_view path) {
  if (pattern == "**") {
    return true;
  }
  for (std::string_view rest = path;;) {
    if (matches(pattern.substr(3), rest)) {
      return true;
    }
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) {
      return false;
    }
    rest.remove_prefix(slash + 1);
  }
}

bool matches(std::string_view pattern, std::string_view path) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // where to go on after the last `*`
  std::size_t mark = 0;
  const auto fits = [&]() -> bool {
    if (p >= pattern.size() || t >= path.size()) {
      return false;
    }
    if (pattern[p] == '?') {
      ++p;
      return path[t] != '/';
    }
    if (pattern[p] == '[') {
      std::size_t end = p;
      if (const auto in = match_class(pattern, end, path[t])) {
        p = end;
        return *in;
      }
    }
    if (pattern[p] == '\\' && p + 1 < pattern.size()) {
      ++p;
    }
    return pattern[p++] == path[t];
  };
  for (;;) {
    const bool at_component = p == 0 || pattern[p - 1] == '/';
    const std::string_view rest = pattern.substr(p);
    if (at_component && (rest == "**" || rest.starts_with("**/"))) {
      return match_stars(rest, path.substr(t));
    }
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      mark = t;
      continue;
    }
    if (p == pattern.size() && t == path.size()) {
      return true;
    }
    const std::size_t before = t;
    if (fits()) {
      ++t;
      continue;
    }
    t = before;
    if (star == std::string_view::npos || mark >= path.size() || path[mark] == '/') {
      return false;
    }
    p = star;
    t = ++mark;
  }
}

std::string_view without_trailing_blanks(std::string_view line) {
  while (line.ends_with(' ') && !line.ends_with("\\ ")) {
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

void IgnoreRules::add(std::string_view folder, std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  for (std::string_view line : split(text, '\n')) {
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    line = without_trailing_blanks(line);
    Rule rule;
    if (line.starts_with('#')) {
      continue;
    }
    if (line.starts_with('!')) {
      rule.negated = true;
      line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
      rule.folders_only = true;
      line.remove_suffix(1);
    }
    rule.anchored = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) {
      line.remove_prefix(1);
    }
    if (line.empty()) {
      continue;
    }
    rule.folder = folder.empty() ? std::string() : std::string(folder) + '/';
    rule.pattern = line;
    rules_.push_back(std::move(rule));
  }
}

bool IgnoreRules::ignores(std::string_view path, Is entry) const {
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (!path.starts_with(rule->folder) || (rule->folders_only && entry != Is::folder)) {
      continue;
    }
    const std::string_view inside = path.substr(rule->folder.size());
    const std::string_view name = inside.substr(inside.rfind('/') + 1);
    if (matches(rule->pattern, rule->anchored ? inside : name)) {
      return !rule->negated;
    }
  }
  return false;
}

bool IgnoreRules::hides(std::string_view path, Is entry) const {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    if (ignores(path.substr(0, slash), Is::folder)) {
      return true;
    }
  }
  return ignores(path, entry);
}

}  // namespace mlpipe
