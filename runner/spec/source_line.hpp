// One line of a text as a terminal shows it, with a mark under a part of it. Knows widths of
// characters, not grammar.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mlpipe::spec {

struct Underlined {
  std::string
      line;  // tabs as blanks, what a terminal would act on as \xNN or \u{NN}; cut around the mark
  std::string carets;  // blanks, then "^~~~"
};

// `column` is the byte where the mark starts, from 1; the mark covers the word, or the quoted text,
// that stands there.
[[nodiscard]] Underlined underline(std::string_view line, std::size_t column);

// Characters before byte `column` (from 1) plus one.
[[nodiscard]] std::size_t character_column(std::string_view line, std::size_t column);

}  // namespace mlpipe::spec
