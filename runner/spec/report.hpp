// Diagnostics that do not repeat themselves: nothing is said twice, and nothing at a place already found wrong.
// Knows nothing of what is being checked.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "runner/spec/diagnostic.hpp"

namespace mlpipe::spec {

struct MarkHash {
  std::size_t operator()(const Mark& mark) const noexcept;
};

class Report {
 public:
  // Places of errors that `out` holds already are tainted.
  explicit Report(Diagnostics& out);

  // Dropped where the place is tainted, or where this very sentence was said of it before.
  void error(Mark mark, std::string message, std::string hint = {});
  void warning(Mark mark, std::string message, std::string hint = {});
  // The value at `mark` is already known to be wrong: what follows from it is not worth a message.
  void taint(Mark mark);
  [[nodiscard]] bool tainted(Mark mark) const;
  // Everything that somebody else collected, under the same rules.
  void take(const Diagnostics& from);
  [[nodiscard]] std::size_t errors() const { return errors_; }

  // "did you mean `x`?", or `otherwise`. `topic` names the set of candidates: answers are remembered, as a search is
  // linear in it.
  [[nodiscard]] std::string suggest(std::string_view topic, const std::string& word,
                                    const std::function<std::vector<std::string>()>& candidates,
                                    const std::string& otherwise = {});

 private:
  [[nodiscard]] bool fresh(Mark mark, const std::string& message);

  Diagnostics& out_;
  std::unordered_set<Mark, MarkHash> tainted_;
  std::unordered_map<Mark, std::vector<std::size_t>, MarkHash> said_;  // hashes of sentences
  std::unordered_map<std::string, std::string> suggested_;
  std::size_t errors_ = 0;
};

}  // namespace mlpipe::spec
