#include "runner/spec/codeowners.hpp"

#include <algorithm>
#include <cctype>

#include "runner/base/text.hpp"

namespace mlpipe::spec {
namespace {

// Words of a line up to a comment; "\ " and "\#" are literal.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\\' && i + 1 < line.size()) {
      word += line[++i];
    } else if (c == '#' && word.empty()) {
      break;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      flush();
    } else {
      word += c;
    }
  }
  flush();
  return words;
}

// As a pattern for glob_match over whole paths: "[" is no class here.
std::string as_glob(std::string pattern) {
  std::string glob;
  const bool anchored = pattern.find('/') < pattern.size() - 1;
  if (pattern.starts_with('/')) {
    pattern.erase(0, 1);
  } else if (!anchored) {
    glob = "**/";
  }
  for (const char c : pattern) {
    glob += c == '[' ? std::string("[[]") : std::string(1, c);
  }
  return glob;
}

bool matches(const std::string& pattern, std::string_view path) {
  if (pattern == "*" || pattern == "/") {
    return true;
  }
  std::string glob = as_glob(pattern);
  if (glob.ends_with('/')) {
    return glob_match(glob + "**", path) && !glob_match(glob.substr(0, glob.size() - 1), path);
  }
  if (glob_match(glob, path)) {
    return true;
  }
  // "docs/*" is what lies directly there; any other pattern that matches a folder takes what lies below it.
  const bool direct_only = glob == "*" || glob.ends_with("/*");
  return !direct_only && glob_match(glob + "/**", path);
}

void add_missing(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const std::string& owner : more) {
    if (std::find(all.begin(), all.end(), owner) == all.end()) {
      all.push_back(owner);
    }
  }
}

struct Header {
  std::string name;
  std::string_view rest;
};

// "[Name][2] @owners", "^[Name] @owners"; an empty name where the line is none.
Header section_header(std::string_view line) {
  if (line.starts_with('^')) {
    line.remove_prefix(1);
  }
  const std::size_t end = line.find(']');
  if (!line.starts_with('[') || end == std::string_view::npos || end == 1) {
    return {};
  }
  Header header{std::string(line.substr(1, end - 1)), line.substr(end + 1)};
  std::transform(header.name.begin(), header.name.end(), header.name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (header.rest.starts_with('[')) {
    header.rest.remove_prefix(std::min(header.rest.find(']'), header.rest.size() - 1) + 1);
  }
  return header;
}

}  // namespace

CodeOwners CodeOwners::parse(std::string_view text) {
  CodeOwners result;
  result.sections_.emplace_back();
  std::size_t current = 0;
  for (std::string_view line : split(text, '\n')) {
    line = trim(line);
    if (line.starts_with("\xEF\xBB\xBF")) {
      line.remove_prefix(3);
    }
    if (const Header header = section_header(line); !header.name.empty()) {
      auto& sections = result.sections_;
      const auto same = std::find_if(sections.begin(), sections.end(),
                                     [&](const Section& section) { return section.name == header.name; });
      current = static_cast<std::size_t>(same - sections.begin());
      if (same == sections.end()) {
        sections.push_back({header.name, words_of(header.rest), {}});
      }
      continue;
    }
    std::vector<std::string> words = words_of(line);
    if (words.empty()) {
      continue;
    }
    Rule rule{std::move(words.front()), {words.begin() + 1, words.end()}};
    if (rule.owners.empty()) {
      rule.owners = result.sections_[current].owners;
    }
    result.sections_[current].rules.push_back(std::move(rule));
  }
  return result;
}

std::vector<std::string> CodeOwners::of(std::string_view path) const {
  std::vector<std::string> owners;
  for (const Section& section : sections_) {
    const auto last = std::find_if(section.rules.rbegin(), section.rules.rend(),
                                   [&](const Rule& rule) { return matches(rule.pattern, path); });
    if (last != section.rules.rend()) {
      add_missing(owners, last->owners);
    }
  }
  return owners;
}

const std::vector<std::string>& codeowners_places() {
  static const std::vector<std::string> places{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS",
                                               ".gitlab/CODEOWNERS"};
  return places;
}

}  // namespace mlpipe::spec
