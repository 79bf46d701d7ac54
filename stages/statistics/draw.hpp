// Random numbers that are the same everywhere: a counter put through a mixing function. Knows
// nothing of what is drawn for.
#pragma once

#include <cstdint>

namespace mlpipe::stages::statistics {

// SplitMix64 (Steele, Lea and Flood 2014): number i is a function of seed and i alone.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] std::uint64_t next();
  [[nodiscard]] double uniform();                          // [0, 1), 53 bits
  [[nodiscard]] std::uint64_t below(std::uint64_t limit);  // [0, limit), without bias; limit > 0

 private:
  std::uint64_t state_;
};

// How many of `wanted` draws without replacement from `total` fall on the `marked` ones:
// hypergeometric, by inversion from the mode outwards.
[[nodiscard]] std::uint64_t hypergeometric(Draw& draw, std::uint64_t total, std::uint64_t marked,
                                           std::uint64_t wanted);

}  // namespace mlpipe::stages::statistics
