// A sum of doubles that does not depend on their order: every bit is kept, and rounded once.
// Knows nothing of data.
#pragma once

#include <array>
#include <cstdint>

namespace mlpipe::stages::statistics {

// The small superaccumulator of R. Neal, "Fast exact summation using small and large
// superaccumulators", 2015: limbs of 32 bits in 64-bit integers, carried over before they can
// overflow. The result is what math.fsum of Python gives. Infinities and NaN are not for it.
class ExactSum {
 public:
  void add(double value);
  void add(double value, std::uint64_t times);  // value, that many times over
  [[nodiscard]] double value() const;           // rounded to the nearest, ties to even

 private:
  void add_bits(std::uint64_t mantissa, std::uint32_t shift, std::uint64_t times, bool negative);
  void carry();

  static constexpr std::uint32_t limb_bits = 32;
  // 2^-1074 is bit 0; 2098 bits hold the largest double, and 64 more hold 2^64 of them.
  static constexpr std::size_t limbs = (2098 + 64) / limb_bits + 2;
  std::array<std::int64_t, limbs> limb_{};
  std::uint32_t pending_ = 0;  // additions since the last carry
};

}  // namespace mlpipe::stages::statistics
