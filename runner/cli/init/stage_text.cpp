#include "runner/cli/init/stage_text.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"

namespace mlpipe::cli::draft {
namespace {

bool is_word(unsigned char c) {
  return std::isalnum(c) != 0 || c == '_' || c == '/' || c == '.' || c == '-' || c >= 0x80U;
}

// Good in block and flow context alike.
bool is_plain(std::string_view text) {
  constexpr std::string_view inside = " =&|<>;()$@+";
  if (text.empty() || text.back() == ' ' || !is_utf8(text) ||
      !(std::isalpha(static_cast<unsigned char>(text.front())) != 0 || text.front() == '_' ||
        text.front() == '/' || static_cast<unsigned char>(text.front()) >= 0x80U)) {
    return false;
  }
  std::string lower;
  for (const char c : text) {
    if (!is_word(static_cast<unsigned char>(c)) && inside.find(c) == std::string_view::npos) {
      return false;
    }
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  constexpr std::string_view reserved[] = {"true", "false", "null", "yes", "no",
                                           "on",   "off",   "y",    "n"};
  return std::find(std::begin(reserved), std::end(reserved), lower) == std::end(reserved);
}

}  // namespace

std::string scalar(std::string_view text) {
  if (is_plain(text)) {
    return std::string(text);
  }
  const bool printable_line = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (printable_line && is_utf8(text) && text.find('"') != std::string_view::npos &&
      text.find('\'') == std::string_view::npos) {
    return "'" + std::string(text) + "'";
  }
  // A JSON string is a YAML string.
  return nlohmann::json(std::string(text))
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string flow_list(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) {
    list += (list.empty() ? "" : ", ") + scalar(text);
  }
  return "[" + list + "]";
}

std::string comment(std::string_view text, std::size_t indent) {
  std::string lines;
  for (const std::string_view line : split(text, '\n')) {
    lines += std::string(indent, ' ') + "# " + printable(line) + "\n";
  }
  return lines;
}

std::string stage_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    name += std::isalnum(byte) != 0 || c == '_' || c == '-' || c == '.' || byte >= 0x80U ? c : '_';
  }
  if (name.empty() || name.front() == '-' || name.front() == '.' || !is_utf8(name)) {
    name = "stage_" + (is_utf8(name) ? name : std::string());
  }
  return name;
}

}  // namespace mlpipe::cli::draft
