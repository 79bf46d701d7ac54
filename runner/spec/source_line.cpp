#include "runner/spec/source_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "runner/spec/yaml_text.hpp"

namespace mlpipe::spec {
namespace {

constexpr std::size_t tab_width = 4;
constexpr std::size_t widest = 100;  // columns of a line that are shown
constexpr std::size_t lead = 40;     // columns shown before the mark where a line is cut

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

bool in(std::uint32_t point, const Range* begin, const Range* end) {
  return std::any_of(begin, end, [point](const Range& range) {
    return range.first <= point && point <= range.last;
  });
}

// East Asian Width W and F of Unicode, in blocks.
constexpr std::array<Range, 15> wide{{{0x1100, 0x115F},
                                      {0x231A, 0x231B},
                                      {0x23E9, 0x23EC},
                                      {0x2E80, 0x303E},
                                      {0x3041, 0x33FF},
                                      {0x3400, 0x4DBF},
                                      {0x4E00, 0xA4CF},
                                      {0xA960, 0xA97F},
                                      {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},
                                      {0xFE30, 0xFE6F},
                                      {0xFF01, 0xFF60},
                                      {0xFFE0, 0xFFE6},
                                      {0x1F300, 0x1FAFF},
                                      {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 5> without_width{
    {{0x0300, 0x036F}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}}};
// C1 controls, and characters that reorder or hide what stands around them.
constexpr std::array<Range, 5> acting{
    {{0x0080, 0x009F}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}}};

std::uint32_t decode(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  std::uint32_t point = bytes.size() == 1   ? first
                        : bytes.size() == 2 ? first & 0x1FU
                        : bytes.size() == 3 ? first & 0x0FU
                                            : first & 0x07U;
  for (const char c : bytes.substr(1)) {
    point = (point << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return point;
}

struct Cell {
  std::string text;
  std::size_t width = 1;
  std::size_t byte = 0;  // offset in the line
};

Cell escaped(std::string text, std::size_t byte) {
  const std::size_t width = text.size();
  return {std::move(text), width, byte};
}

// The character at `at`, and how many bytes it takes.
Cell cell_at(std::string_view line, std::size_t at, std::size_t column, std::size_t& length) {
  const auto byte = static_cast<unsigned char>(line[at]);
  length = std::max<std::size_t>(utf8_length(line, at), 1);
  if (byte == '\t') {
    const std::size_t width = tab_width - column % tab_width;
    return {std::string(width, ' '), width, at};
  }
  if (byte < 0x20 || byte == 0x7F || utf8_length(line, at) == 0) {
    return escaped(fmt::format("\\x{:02x}", byte), at);
  }
  const std::string_view text = line.substr(at, length);
  const std::uint32_t point = decode(text);
  if (in(point, acting.begin(), acting.end())) {
    return escaped(fmt::format("\\u{{{:x}}}", point), at);
  }
  const std::size_t width = in(point, without_width.begin(), without_width.end()) ? 0
                            : in(point, wide.begin(), wide.end())                 ? 2
                                                                                  : 1;
  return {std::string(text), width, at};
}

// Bytes of the word at `at`: what the mark underlines.
std::size_t word_length(std::string_view line, std::size_t at) {
  if (at >= line.size()) {
    return 0;
  }
  const char first = line[at];
  if (first == '"' || first == '\'') {
    const std::size_t close = line.find(first, at + 1);
    return close == std::string_view::npos ? 1 : close - at + 1;
  }
  if (std::string_view("[]{},:|> \t").find(first) != std::string_view::npos) {
    return 1;
  }
  std::size_t end = at;
  for (; end < line.size(); ++end) {
    const char c = line[end];
    const bool colon = c == ':' && (end + 1 == line.size() || line[end + 1] == ' ');
    const bool reference =
        c == '}' && line.substr(at, end - at).find("${") != std::string_view::npos;
    if (colon || (!reference && std::string_view(" \t\r,]}").find(c) != std::string_view::npos)) {
      break;
    }
  }
  return std::max<std::size_t>(end - at, 1);
}

}  // namespace

std::size_t character_column(std::string_view line, std::size_t column) {
  std::size_t count = 1;
  for (std::size_t at = 0; at + 1 < column && at < line.size(); ++count) {
    at += std::max<std::size_t>(utf8_length(line, at), 1);
  }
  return count;
}

Underlined underline(std::string_view line, std::size_t column) {
  const std::size_t mark = std::min(column == 0 ? 0 : column - 1, line.size());
  const std::size_t mark_end = mark + word_length(line, mark);
  // A line may be megabytes long: only what can be shown around the mark is looked at.
  std::size_t from = mark > 4 * widest ? mark - 4 * widest : 0;
  while (from > 0 && from < mark && (static_cast<unsigned char>(line[from]) & 0xC0U) == 0x80U) {
    ++from;
  }
  std::vector<Cell> cells;
  std::size_t width = 0;
  std::size_t before = 0;  // columns before the mark
  for (std::size_t at = from; at < line.size() && width < before + 2 * widest + 4 * widest;) {
    std::size_t length = 1;
    cells.push_back(cell_at(line, at, width, length));
    width += cells.back().width;
    at += length;
    if (at <= mark) {
      before = width;
    }
  }
  const bool whole = from == 0 && width <= widest;
  const std::size_t start =
      whole || (from == 0 && before <= lead) ? 0 : before - std::min(before, lead);
  Underlined shown;
  std::size_t carets = 0;
  std::size_t indent = 0;
  std::size_t at_column = 0;
  bool cut_after = false;
  if (start > 0 || from > 0) {
    shown.line = "...";
    indent = 3;
  }
  for (const Cell& cell : cells) {
    const std::size_t left = at_column;
    at_column += cell.width;
    if (left < start) {
      continue;
    }
    if (!whole && at_column > start + widest) {
      cut_after = true;
      break;
    }
    shown.line += cell.text;
    if (cell.byte < mark) {
      indent += cell.width;
    } else if (cell.byte < mark_end) {
      carets += cell.width;
    }
  }
  shown.line += cut_after ? "..." : "";
  shown.line.erase(shown.line.find_last_not_of(" \r") + 1);
  shown.carets = std::string(indent, ' ') + "^" + std::string(carets > 1 ? carets - 1 : 0, '~');
  return shown;
}

}  // namespace mlpipe::spec
