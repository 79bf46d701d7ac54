#include "runner/cache/ignore.hpp"

#include <algorithm>
#include <array>

#include "runner/base/text.hpp"

namespace mlpipe::cache {
namespace {

constexpr std::array<std::string_view, 8> fixed_names = {
    ".git",          ".mlpipe",     "__pycache__", ".ipynb_checkpoints",
    ".pytest_cache", ".mypy_cache", ".ruff_cache", ".DS_Store",
};

bool starts(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}
bool ends(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// vim's .name.swp (and .swo … .swa), Emacs' #name#, .#name and name~, Kate's .name.kate-swp.
bool is_swap_file(std::string_view name) {
  if (starts(name, ".#") || ends(name, "~") ||
      (name.size() > 2 && name.front() == '#' && name.back() == '#')) {
    return true;
  }
  if (!starts(name, ".")) {
    return false;
  }
  const bool vim = name.size() > 5 && name.substr(name.size() - 4, 3) == ".sw" &&
                   name.back() >= 'a' && name.back() <= 'p';
  return vim || ends(name, ".kate-swp");
}

bool always_ignored(std::string_view name, EntryIs entry) {
  if (std::find(fixed_names.begin(), fixed_names.end(), name) != fixed_names.end()) {
    return true;
  }
  return entry == EntryIs::other && (ends(name, ".pyc") || is_swap_file(name));
}

}  // namespace

Ignore::Ignore(std::string_view text) {
  for (std::string_view line : split(text, '\n')) {
    if (ends(line, "\r")) {
      line.remove_suffix(1);
    }
    while (ends(line, " ") && !ends(line, "\\ ")) {
      line.remove_suffix(1);
    }
    if (line.empty() || line.front() == '#') {
      continue;
    }
    Rule rule;
    if (line.front() == '!') {
      rule.negated = true;
      line.remove_prefix(1);
    } else if (starts(line, "\\#") || starts(line, "\\!")) {
      line.remove_prefix(1);
    }
    if (ends(line, "/")) {
      rule.folders_only = true;
      line.remove_suffix(1);
    }
    rule.anchored = line.find('/') != std::string_view::npos;
    if (starts(line, "/")) {
      line.remove_prefix(1);
    }
    if (!line.empty()) {
      rule.pattern = line;
      rules_.push_back(std::move(rule));
    }
  }
}

bool Ignore::ignores(std::string_view path, std::string_view name, EntryIs entry) const {
  if (always_ignored(name, entry)) {
    return true;
  }
  // The last rule that matches decides, as in git.
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (rule->folders_only && entry != EntryIs::folder) {
      continue;
    }
    if (glob_match(rule->pattern, rule->anchored ? path : name)) {
      return !rule->negated;
    }
  }
  return false;
}

}  // namespace mlpipe::cache
