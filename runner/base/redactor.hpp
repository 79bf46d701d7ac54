// Masks secret values in a stream of bytes, however the stream is cut. Knows nothing of where the
// secrets come from or where the bytes go.
//
// A byte is masked when it belongs to an occurrence of a secret in any of its forms: as it is, line
// by line, in base64 (also inside a longer text), URL-encoded, JSON-escaped. Each unbroken run of
// masked bytes becomes one "***". Time is linear in the stream.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe {

struct Secret {
  std::string name;
  std::string value;
};

// Every spelling of `value` that is masked; the tests' oracle and the redactor share nothing else.
[[nodiscard]] std::vector<std::string> secret_forms(std::string_view value);

// The search automaton (Aho-Corasick) over all forms. Immutable: one serves any number of streams.
class Redactor {
 public:
  // invalid: a value has fewer than 4 characters, masking it would shred every log.
  static Result<Redactor> make(const std::vector<Secret>& secrets);

  [[nodiscard]] std::string redact(std::string_view text) const;  // a whole text at once

 private:
  friend class RedactedStream;
  struct Node {
    std::vector<std::pair<std::uint8_t, std::uint32_t>> next;  // sorted by byte
    std::uint32_t fail = 0;
    std::uint32_t depth = 0;
    std::uint32_t match = 0;  // length of the longest form that ends here
  };

  Redactor();
  void add(std::string_view form);
  void link();
  [[nodiscard]] std::uint32_t child(std::uint32_t node, std::uint8_t byte) const;  // 0: none
  [[nodiscard]] std::uint32_t step(std::uint32_t node, std::uint8_t byte) const;

  std::vector<Node> nodes_;                 // 0 is the root
  std::array<std::uint32_t, 256> first_{};  // the root's children
};

// One stream. Holds back only a tail that could be the start of a secret.
class RedactedStream {
 public:
  explicit RedactedStream(const Redactor& redactor) : redactor_(&redactor) {}
  // What can be shown now.
  [[nodiscard]] std::string write(std::string_view bytes);
  // The end: what was held back. The stream starts anew.
  [[nodiscard]] std::string flush();

 private:
  [[nodiscard]] std::uint64_t decided() const;
  void cover(std::uint64_t from, std::uint64_t to);
  void emit_until(std::uint64_t end, std::string& out);

  const Redactor* redactor_;
  std::uint32_t node_ = 0;
  std::uint64_t position_ = 0;                                   // bytes written
  std::string held_;                                             // the last bytes, not yet shown
  std::deque<std::pair<std::uint64_t, std::uint64_t>> covered_;  // [from, to), sorted, apart
  bool masking_ = false;                                         // the last byte shown was masked
};

}  // namespace mlpipe
