// A place in YAML text and the few moves over it: blanks, comments, lines. Knows where it is; knows
// nothing of what stands there. Internal to the reader.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "runner/spec/dvc/yaml.hpp"

namespace mlpipe::spec::dvc {

// Thrown inside the reader alone, caught in read_yaml.
struct YamlStop {
  YamlError error;
};

class YamlCursor {
 public:
  explicit YamlCursor(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] std::size_t offset() const { return at_; }
  [[nodiscard]] std::size_t indent() const { return at_ - line_start_; }  // columns, from 0
  [[nodiscard]] std::uint32_t line() const { return line_; }
  [[nodiscard]] std::uint32_t column() const { return static_cast<std::uint32_t>(indent() + 1); }
  [[nodiscard]] bool at_line_end() const { return at_end() || peek() == '\n'; }
  // Whether a blank, a line's end or the text's end stands `ahead`.
  [[nodiscard]] bool blank(std::size_t ahead = 0) const {
    const char c = peek(ahead);
    return at_ + ahead >= text_.size() || c == ' ' || c == '\t' || c == '\n';
  }
  // The rest of this line.
  [[nodiscard]] std::string_view line_rest() const {
    return text_.substr(at_, std::min(text_.find('\n', at_), text_.size()) - at_);
  }

  void advance(std::size_t count = 1) {
    for (; count > 0 && !at_end(); --count) {
      if (text_[at_++] == '\n') {
        ++line_;
        line_start_ = at_;
        tab_indents_ = false;
      }
    }
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') {
      tab_indents_ = tab_indents_ || (peek() == '\t' && only_blanks_before());
      ++at_;
    }
  }
  void skip_line() { advance(line_rest().size()); }
  // Over blanks, comments and line ends, to the next token.
  void skip_to_token() {
    for (;;) {
      const bool after_blank = at_ == 0 || blank_before();
      skip_blanks();
      if (peek() == '#' && (after_blank || blank_before())) {
        skip_line();
      }
      if (at_end() || peek() != '\n') {
        return;
      }
      advance();
    }
  }
  // Whether the indentation of this line holds a tab.
  [[nodiscard]] bool tab_indents() const { return tab_indents_; }
  [[nodiscard]] bool document_mark() const {
    return indent() == 0 && (rest().starts_with("---") || rest().starts_with("...")) && blank(3);
  }

  [[noreturn]] void stop(std::string message) const {
    throw YamlStop{{std::move(message), line_, column()}};
  }

 private:
  [[nodiscard]] bool blank_before() const {
    return at_ == 0 || text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t' || text_[at_ - 1] == '\n';
  }
  [[nodiscard]] bool only_blanks_before() const {
    return text_.substr(line_start_, at_ - line_start_).find_first_not_of(" \t") ==
           std::string_view::npos;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
  bool tab_indents_ = false;
};

// Scalars that are not plain. The cursor stands on the quote or the indicator, then behind.
[[nodiscard]] std::string read_double_quoted(YamlCursor& cursor);
[[nodiscard]] std::string read_single_quoted(YamlCursor& cursor);
// `parent`: columns of the indentation it must exceed; -1 at the root.
[[nodiscard]] std::string read_block_scalar(YamlCursor& cursor, int parent);
// A plain scalar, over several lines where they are indented deeper than `parent`. `flow`: it ends
// at the indicators of flow collections too.
enum class Inside : std::uint8_t { block, flow };
[[nodiscard]] std::string read_plain(YamlCursor& cursor, int parent, Inside inside);
// The part of a plain scalar in this line.
[[nodiscard]] std::string_view plain_in_line(const YamlCursor& cursor, Inside inside);

}  // namespace mlpipe::spec::dvc
