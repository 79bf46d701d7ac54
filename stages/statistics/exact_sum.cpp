#include "stages/statistics/exact_sum.hpp"

#include <bit>
#include <cmath>

namespace mlpipe::stages::statistics {
namespace {

constexpr std::uint32_t mantissa_bits = 52;
constexpr std::uint64_t mantissa_mask = (std::uint64_t{1} << mantissa_bits) - 1;
constexpr std::uint64_t low_half = 0xffffffffU;
constexpr int lowest_exponent = -1074;
// Each addition puts less than 2^33 on a limb; this many keep it below 2^63.
constexpr std::uint32_t most_pending = 1U << 28;

}  // namespace

void ExactSum::add(double value) {
  add(value, 1);
}

void ExactSum::add(double value, std::uint64_t times) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto exponent = static_cast<std::uint32_t>((bits >> mantissa_bits) & 0x7ffU);
  const std::uint64_t mantissa =
      (bits & mantissa_mask) | (exponent == 0 ? 0 : std::uint64_t{1} << mantissa_bits);
  const std::uint32_t shift = exponent == 0 ? 0 : exponent - 1;
  const bool negative = (bits >> 63) != 0;
  if (times == 1) {
    add_bits(mantissa, shift, 1, negative);
    return;
  }
  // The product of 53 and 64 bits, in two halves of the factor.
  add_bits(mantissa, shift, times & low_half, negative);
  if ((times >> limb_bits) != 0) {
    add_bits(mantissa, shift + limb_bits, times >> limb_bits, negative);
  }
}

void ExactSum::add_bits(std::uint64_t mantissa, std::uint32_t shift, std::uint64_t times,
                        bool negative) {
  const std::uint64_t low = (mantissa & low_half) * times;
  const std::uint64_t high = (mantissa >> limb_bits) * times;
  // The product as limbs of 32 bits, before the shift within a limb.
  const std::uint64_t middle = (low >> limb_bits) + (high & low_half);
  const std::array<std::uint64_t, 3> part{low & low_half, middle & low_half,
                                          (high >> limb_bits) + (middle >> limb_bits)};
  const std::uint32_t within = shift % limb_bits;
  const std::size_t at = shift / limb_bits;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const std::uint64_t wide = part[i] << within;
    const auto here = static_cast<std::int64_t>(wide & low_half);
    const auto above = static_cast<std::int64_t>(wide >> limb_bits);
    limb_[at + i] += negative ? -here : here;
    limb_[at + i + 1] += negative ? -above : above;
  }
  if (++pending_ >= most_pending) {
    carry();
  }
}

void ExactSum::carry() {
  for (std::size_t i = 0; i + 1 < limbs; ++i) {
    const std::int64_t over = limb_[i] >> limb_bits;  // towards minus infinity
    limb_[i] -= over * (std::int64_t{1} << limb_bits);
    limb_[i + 1] += over;
  }
  pending_ = 0;
}

double ExactSum::value() const {
  ExactSum sum = *this;
  sum.carry();
  const bool negative = sum.limb_[limbs - 1] < 0;
  if (negative) {
    for (std::int64_t& limb : sum.limb_) {
      limb = -limb;
    }
    sum.carry();
  }
  std::size_t top = limbs;
  while (top > 0 && sum.limb_[top - 1] == 0) {
    --top;
  }
  if (top == 0) {
    return 0;
  }
  // The highest 64 bits, and whether anything lies below them.
  const auto limb = [&](std::size_t i) {
    return i < limbs ? static_cast<std::uint64_t>(sum.limb_[i]) : 0;
  };
  const std::uint64_t first = limb(top - 1);
  const auto lead = static_cast<std::uint32_t>(std::countl_zero(first)) - limb_bits;
  const std::uint64_t second = top >= 2 ? limb(top - 2) : 0;
  const std::uint64_t third = top >= 3 ? limb(top - 3) : 0;
  std::uint64_t bits = (first << limb_bits | second) << lead;
  bits |= lead == 0 ? 0 : third >> (limb_bits - lead);
  bool rest = lead == 0 ? third != 0 : (third << lead & low_half) != 0;
  for (std::size_t i = 0; i + 3 < top && !rest; ++i) {
    rest = limb(i) != 0;
  }
  // Bit 0 of `bits` stands for 2^exponent; a double holds no more than 53 bits, fewer near zero.
  const int exponent =
      lowest_exponent + static_cast<int>(limb_bits * top) - 64 - static_cast<int>(lead);
  const int drop = std::max(11, lowest_exponent - exponent);
  std::uint64_t kept = drop >= 64 ? 0 : bits >> drop;
  if (drop < 64) {
    const std::uint64_t half = std::uint64_t{1} << (drop - 1);
    const std::uint64_t below = bits & (half * 2 - 1);
    if (below > half || (below == half && (rest || (kept & 1U) != 0))) {
      ++kept;
    }
  }
  const double magnitude = std::ldexp(static_cast<double>(kept), exponent + drop);
  return negative ? -magnitude : magnitude;
}

}  // namespace mlpipe::stages::statistics
