// Two short texts line by line, for people. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlpipe::engine {

struct DiffLine {
  enum class Side : std::uint8_t { both, then, now } side = Side::both;
  std::string text;
  friend bool operator==(const DiffLine&, const DiffLine&) = default;
};

// A longest common subsequence of lines; texts whose comparison would cost too much come as all of
// one, then all of the other. A newline at the end is no line.
[[nodiscard]] std::vector<DiffLine> diff_lines(std::string_view then, std::string_view now);

}  // namespace mlpipe::engine
