// A line of text in styled pieces, measured in terminal cells, cut without breaking a character.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runner/report/options.hpp"

namespace mlpipe::report {

enum class Style : std::uint8_t { normal, bold, faint, good, warning, bad, quiet };
struct Span {
  Style style = Style::normal;
  std::string text;  // clean: see clean_text
};
using Line = std::vector<Span>;

// Terminal cells of clean UTF-8: wide characters count two, combining ones none.
[[nodiscard]] std::size_t cells(std::string_view text);
// The text cut to at most `width` cells, with an ellipsis where something is missing.
[[nodiscard]] std::string cut(std::string_view text, std::size_t width);
// Padded with blanks on the right (left) to `width` cells.
[[nodiscard]] std::string pad(std::string_view text, std::size_t width);
[[nodiscard]] std::string pad_left(std::string_view text, std::size_t width);
// Fit for a terminal: escape sequences of colour and movement removed, tabs expanded, of
// overwritten text (carriage returns) the last kept, other control characters and invalid bytes
// shown as \xNN. One line.
[[nodiscard]] std::string clean_text(std::string_view text);

[[nodiscard]] std::size_t cells(const Line& line);
constexpr std::size_t any_width = ~std::size_t{0};
[[nodiscard]] std::string render(const Line& line, std::size_t width, Colour colour);

}  // namespace mlpipe::report
