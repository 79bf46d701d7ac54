// What is wrong with a file a person wrote, where, and what to do: collected, never thrown, shown
// with a caret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runner/spec/node.hpp"

namespace mlpipe::spec {

enum class Severity : std::uint8_t { error, warning };

struct Diagnostic {
  Severity severity = Severity::error;
  Mark mark;
  std::string message;  // one sentence, no full stop: what is wrong
  std::string hint;     // may be empty: what to do next, e.g. "did you mean `deps`?"
};

// The texts that marks point into. A file's index never changes once added.
class Sources {
 public:
  struct File {
    std::string path;  // as people name it: relative to the repository root
    std::string text;
  };
  std::uint32_t add(std::string path, std::string text);
  // The text of a file that was added without.
  void fill(std::uint32_t file, std::string text) { files_.at(file).text = std::move(text); }
  [[nodiscard]] const File& at(std::uint32_t file) const { return files_.at(file); }
  [[nodiscard]] const std::vector<File>& files() const { return files_; }

 private:
  std::vector<File> files_;
};

class Diagnostics {
 public:
  void error(Mark mark, std::string message, std::string hint = {});
  void warning(Mark mark, std::string message, std::string hint = {});
  [[nodiscard]] bool has_errors() const { return errors_ > 0; }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] const std::vector<Diagnostic>& items() const { return items_; }

 private:
  std::vector<Diagnostic> items_;
  std::size_t errors_ = 0;
};

// "mlpipe.yaml:12:5: error: ...\n    12 |   depps: [a]\n       |   ^~~~~\n       = hint: ...", one
// block each, in file order. Carets are placed by display columns; tabs, wide and invalid
// characters do not shift them; long lines are cut around the place. `colour` adds ANSI colours.
// Sorted by file, line and column; said once where the same is told of a place twice. At most
// `at_most` errors and as many warnings are shown, then how many more there are. Columns in the
// first line count characters.
enum class Colour : std::uint8_t { off, on };
inline constexpr std::size_t most_shown = 50;
[[nodiscard]] std::string render(const Diagnostics& diagnostics, const Sources& sources,
                                 Colour colour, std::size_t at_most = most_shown);

}  // namespace mlpipe::spec
