#include "runner/report/line.hpp"

#include <algorithm>
#include <array>

#include "runner/base/text.hpp"

namespace mlpipe::report {
namespace {

struct Range {
  char32_t first, last;
};

// East Asian wide and emoji blocks (Unicode 15, coarse), and combining marks, joiners and variation
// selectors.
constexpr std::array<Range, 13> wide{{{0x1100, 0x115F},
                                      {0x231A, 0x231B},
                                      {0x23E9, 0x23EC},
                                      {0x2E80, 0x303E},
                                      {0x3041, 0x33FF},
                                      {0x3400, 0x4DBF},
                                      {0x4E00, 0x9FFF},
                                      {0xA000, 0xA4CF},
                                      {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},
                                      {0xFE30, 0xFE6F},
                                      {0xFF00, 0xFF60},
                                      {0x1F300, 0x1FAFF}}};
constexpr std::array<Range, 6> empty{{{0x0300, 0x036F},
                                      {0x1AB0, 0x1AFF},
                                      {0x200B, 0x200F},
                                      {0x20D0, 0x20FF},
                                      {0xFE00, 0xFE0F},
                                      {0xE0100, 0xE01EF}}};

template <std::size_t N>
bool in(const std::array<Range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](Range r) { return r.first <= c && c <= r.last; });
}

struct Character {
  std::size_t bytes;
  std::size_t cells;
};

// The first character of valid UTF-8.
Character character(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<char32_t>(static_cast<unsigned char>(text[i])) : 0U;
  };
  const char32_t lead = byte(0);
  if (lead < 0x80) {
    return {1, 1};
  }
  const std::size_t bytes = std::min<std::size_t>(lead >= 0xF0   ? 4
                                                  : lead >= 0xE0 ? 3
                                                                 : 2,
                                                  text.size());
  char32_t code = lead & (bytes == 4 ? 0x07U : bytes == 3 ? 0x0FU : 0x1FU);
  for (std::size_t i = 1; i < bytes; ++i) {
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  return {bytes, in(empty, code)                                          ? 0U
                 : in(wide, code) || (code >= 0x20000 && code <= 0x3FFFD) ? 2U
                                                                          : 1U};
}

std::string_view code_of(Style style) {
  constexpr std::array<std::string_view, 7> codes{"",         "\x1b[1m",    "\x1b[2m", "\x1b[32m",
                                                  "\x1b[33m", "\x1b[1;31m", "\x1b[36m"};
  return codes[static_cast<std::size_t>(style)];
}

// Length of the escape sequence at the start of `text` (ECMA-48 CSI, OSC up to its end, or two
// bytes).
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2) {
    return text.size();
  }
  if (text[1] == '[') {
    std::size_t i = 2;
    while (i < text.size() && (text[i] < 0x40 || text[i] > 0x7E)) {
      ++i;
    }
    return std::min(i + 1, text.size());
  }
  if (text[1] == ']') {
    const std::size_t bell = text.find('\a');
    const std::size_t ends = text.find("\x1b\\", 2);
    const std::size_t end = std::min(bell == std::string_view::npos ? bell : bell + 1,
                                     ends == std::string_view::npos ? ends : ends + 2);
    return std::min(end, text.size());
  }
  return 2;
}

}  // namespace

std::size_t cells(std::string_view text) {
  std::size_t sum = 0;
  while (!text.empty()) {
    const Character one = character(text);
    sum += one.cells;
    text.remove_prefix(one.bytes);
  }
  return sum;
}

std::string cut(std::string_view text, std::size_t width) {
  if (text.size() <= width || cells(text) <= width) {
    return std::string(text);
  }
  constexpr std::string_view ellipsis = "\u2026";
  std::size_t used = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    const Character one = character(text.substr(end));
    if (used + one.cells + 1 > width) {
      break;
    }
    used += one.cells;
    end += one.bytes;
  }
  return width == 0 ? std::string() : std::string(text.substr(0, end)) + std::string(ellipsis);
}

std::string pad(std::string_view text, std::size_t width) {
  const std::size_t used = cells(text);
  return std::string(text) + std::string(used < width ? width - used : 0, ' ');
}

std::string pad_left(std::string_view text, std::size_t width) {
  const std::size_t used = cells(text);
  return std::string(used < width ? width - used : 0, ' ') + std::string(text);
}

std::string clean_text(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  if (const std::size_t back = text.rfind('\r'); back != std::string_view::npos) {
    text.remove_prefix(back + 1);
  }
  std::string kept;
  while (!text.empty()) {
    if (text[0] == '\x1b') {
      text.remove_prefix(escape_length(text));
      continue;
    }
    if (text[0] == '\t') {
      kept.append(8 - kept.size() % 8, ' ');
    } else if (text[0] == '\n') {
      kept += ' ';
    } else {
      kept += text[0];
    }
    text.remove_prefix(1);
  }
  return printable(kept);
}

std::size_t cells(const Line& line) {
  std::size_t sum = 0;
  for (const Span& span : line) {
    sum += cells(span.text);
  }
  return sum;
}

std::string render(const Line& line, std::size_t width, Colour colour) {
  std::string text;
  const bool fits = width == any_width || cells(line) <= width;
  std::size_t left = width;
  for (const Span& span : line) {
    const std::string shown = fits ? span.text : cut(span.text, left);
    const std::string_view code =
        colour == Colour::on && !shown.empty() ? code_of(span.style) : std::string_view{};
    text.append(code).append(shown).append(code.empty() ? "" : "\x1b[0m");
    if (!fits) {
      left -= std::min(left, cells(shown));
      if (left == 0) {
        break;
      }
    }
  }
  while (!text.empty() && text.back() == ' ') {
    text.pop_back();
  }
  return text;
}

}  // namespace mlpipe::report
