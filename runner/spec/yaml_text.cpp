#include "runner/spec/yaml_text.hpp"

#include <fmt/format.h>

#include "runner/base/text.hpp"

namespace mlpipe::spec {
namespace {

bool is_control(unsigned char c) {
  return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f;
}

std::string_view encoding_hint(std::string_view text) {
  const bool utf16 = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") ||
                     (text.size() > 1 && (text[0] == '\0' || text[1] == '\0'));
  return utf16 ? "the file looks like UTF-16; save it as UTF-8"
               : "save the file as UTF-8; it may be Latin-1 or binary";
}

// A file's first lines may hold directives; only the version is of interest.
void check_directives(std::uint32_t file, std::string_view text, Diagnostics& diagnostics) {
  std::uint32_t line = 0;
  for (const std::string_view raw : split(text.substr(0, 4096), '\n')) {
    ++line;
    const std::string_view words = trim(raw);
    if (words.starts_with("%YAML")) {
      const std::string_view version = trim(words.substr(5));
      if (version != "1.2") {
        diagnostics.warning({file, line, 1}, fmt::format("YAML {} is read as YAML 1.2", version),
                            "`yes`, `no`, `on` and `off` are texts; remove the `%YAML` line");
      }
    } else if (!words.empty() && words[0] != '#' && words[0] != '%') {
      return;
    }
  }
}

}  // namespace

std::size_t bom_length(std::string_view text) {
  return text.starts_with("\xef\xbb\xbf") ? 3 : 0;
}

std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned lead = byte(at);
  const auto follows = [&](std::size_t i) { return (byte(at + i) & 0xC0U) == 0x80U; };
  if (lead < 0x80) {
    return at < text.size() ? 1 : 0;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    return follows(1) ? 2 : 0;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned second = byte(at + 1);
    const bool range = !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second > 0x9F);
    return follows(1) && follows(2) && range ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned second = byte(at + 1);
    const bool range = !(lead == 0xF0 && second < 0x90) && !(lead == 0xF4 && second > 0x8F);
    return follows(1) && follows(2) && follows(3) && range ? 4 : 0;
  }
  return 0;
}

bool check_yaml_text(std::uint32_t file, std::string_view text, Diagnostics& diagnostics) {
  std::uint32_t line = 1;
  std::size_t start = 0;
  const auto refuse = [&](std::size_t at, std::string message, std::string_view hint) {
    const Mark mark{file, line, static_cast<std::uint32_t>(at - start + 1)};
    diagnostics.error(mark, std::move(message), std::string(hint));
    return false;
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    const std::size_t length = c < 0x80 ? 1 : utf8_length(text, at);
    if (length == 0) {
      return refuse(at, fmt::format("byte 0x{:02x} is not UTF-8", c), encoding_hint(text));
    }
    if (c == '\r') {
      if (at + 1 >= text.size() || text[at + 1] != '\n') {
        return refuse(at, "a carriage return without a line feed",
                      "end lines with a line feed, alone or after a carriage return");
      }
    } else if (c == '\0') {
      return refuse(at, "a NUL byte", encoding_hint(text));
    } else if (is_control(c)) {
      return refuse(at, fmt::format("control character 0x{:02x}", c),
                    fmt::format("remove it, or write it as \"\\x{:02x}\" in double quotes", c));
    }
    at += length;
    if (c == '\n') {
      ++line;
      start = at;
    }
  }
  check_directives(file, text.substr(bom_length(text)), diagnostics);
  return true;
}

}  // namespace mlpipe::spec
