#include "runner/spec/dvc/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "runner/base/text.hpp"

namespace mlpipe::spec::dvc {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// 'remote "name"' -> remote.name; core -> core.
std::string section_name(std::string_view head) {
  head = trim(head);
  if (head.size() > 1 && (head.front() == '\'' || head.front() == '"') &&
      head.back() == head.front()) {
    head = trim(head.substr(1, head.size() - 2));
  }
  const auto blank = head.find(' ');
  if (blank == std::string_view::npos) {
    return lower(head);
  }
  std::string_view name = trim(head.substr(blank));
  if (name.size() > 1 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
  }
  return lower(head.substr(0, blank)) + '.' + std::string(name);
}

std::string_view unquoted(std::string_view value) {
  value = trim(value);
  if (value.size() > 1 && (value.front() == '\'' || value.front() == '"')) {
    const auto end = value.find(value.front(), 1);
    return end == std::string_view::npos ? value : value.substr(1, end - 1);
  }
  const auto comment = value.find(" #");
  return trim(value.substr(0, comment));
}

std::optional<std::string> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return std::nullopt;
  }
  return std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string user_folder() {
  if (const char* set = std::getenv("DVC_GLOBAL_CONFIG_DIR"); set != nullptr && *set != '\0') {
    return set;
  }
  if (const char* set = std::getenv("XDG_CONFIG_HOME"); set != nullptr && *set != '\0') {
    return std::string(set) + "/dvc";
  }
  const char* home = std::getenv("HOME");
  return home == nullptr ? std::string() : std::string(home) + "/.config/dvc";
}

}  // namespace

Result<Config> Config::read(const std::string& root) {
  Config config;
  const std::pair<std::string, std::string> places[] = {{"/etc/xdg/dvc", "config"},
                                                        {user_folder(), "config"},
                                                        {root + "/.dvc", "config"},
                                                        {root + "/.dvc", "config.local"}};
  for (const auto& [folder, name] : places) {
    const std::string path = folder + '/' + name;
    if (folder.empty()) {
      continue;
    }
    if (const auto text = dvc::read(path)) {
      config.files_.push_back(path);
      TRY_OK(config.add(*text, path, folder));
    }
  }
  return config;
}

Status Config::add(std::string_view text, const std::string& path, const std::string& folder) {
  std::string section;
  std::size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    line = trim(line);
    if (line.empty() || line[0] == '#') {
      continue;
    }
    if (line[0] == '[') {
      if (line.back() != ']') {
        return fail(Code::invalid, fmt::format("{}:{}: `]` is missing", path, number));
      }
      section = section_name(line.substr(1, line.size() - 2));
      continue;
    }
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || section.empty()) {
      return fail(
          Code::invalid,
          fmt::format("{}:{}: `name = value` below a `[section]` is expected", path, number));
    }
    settings_[section + '.' + lower(trim(line.substr(0, equals)))] = {
        std::string(unquoted(line.substr(equals + 1))), folder};
  }
  return {};
}

std::string Config::get(const std::string& key) const {
  const auto at = settings_.find(key);
  return at == settings_.end() ? std::string() : at->second.value;
}

bool Config::flag(const std::string& key) const {
  const std::string value = lower(get(key));
  return value == "true" || value == "yes" || value == "on" || value == "1";
}

std::optional<std::string> Config::path(const std::string& key) const {
  const auto at = settings_.find(key);
  if (at == settings_.end() || at->second.value.empty()) {
    return std::nullopt;
  }
  const std::string& value = at->second.value;
  return value.starts_with('/') || value.find("://") != std::string::npos
             ? value
             : at->second.folder + '/' + value;
}

}  // namespace mlpipe::spec::dvc
