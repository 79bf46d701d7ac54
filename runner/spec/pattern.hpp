// The regular expressions of our schemas: characters, `.`, [classes], groups, |, *, +, ?, ^ and $,
// searched anywhere. Time is linear in the text and nothing recurses over it. Knows bytes, not
// characters; no back references, no counts.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::spec {

class Pattern {
 public:
  // Code::invalid where the expression is malformed or uses what is not built.
  [[nodiscard]] static Result<Pattern> compile(std::string_view expression);
  [[nodiscard]] bool found_in(std::string_view text) const;

 private:
  enum class Op : std::uint8_t { bytes, split, start, end, match };
  struct Instruction {
    Op op = Op::match;
    std::size_t next = 0;
    std::size_t other = 0;     // split: the second way on
    std::bitset<256> allowed;  // bytes
  };
  class Compiler;
  void follow(std::size_t at, bool start, bool end, std::vector<std::size_t>& threads,
              std::vector<bool>& seen) const;

  std::vector<Instruction> program_;
  std::size_t entry_ = 0;
};

}  // namespace mlpipe::spec
