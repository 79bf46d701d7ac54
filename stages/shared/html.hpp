// What the HTML pages of the stages have in common: their looks, and text made safe. Knows nothing
// of what a page tells.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mlpipe::stages {

// The head of a page up to the opened <main>: no script, nothing from the network, light and dark.
[[nodiscard]] std::string html_head(std::string_view title);
[[nodiscard]] std::string_view html_foot();

// For text and for attributes in double quotes.
[[nodiscard]] std::string html_escaped(std::string_view text);
// At most this many characters, never cut within one.
[[nodiscard]] std::string shortened(const std::string& text, std::size_t characters);
[[nodiscard]] std::string with_commas(std::uint64_t count);

}  // namespace mlpipe::stages
