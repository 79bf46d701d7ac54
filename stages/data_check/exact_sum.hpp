// Sums of reals that do not depend on the order of the rows: each value is a whole multiple of a
// power of two, and whole numbers are added. Knows nothing of checks.
//
// After ReproBLAS (Demmel, Nguyen: Fast Reproducible Floating-Point Summation, 2013), with one fold
// of 93 bits: a value below 2^(93 - scale) counts with every bit above 2^-scale.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"

namespace mlpipe::stages::data_check {

__extension__ using Int128 = __int128;

struct ExactSum {
  std::string value;  // SQL of a DOUBLE; infinities and NaN are left out
  int scale = 0;      // values are multiples of 2^-scale
};

inline constexpr std::size_t columns_per_sum = 3;
// The sum as text, how many values are too large for the scale, and the greatest magnitude.
[[nodiscard]] std::vector<std::string> sum_columns(const ExactSum& sum, const std::string& filter);

struct Summed {
  Int128 units = 0;  // of 2^-scale
  int scale = 0;
  bool fits = true;  // false: ask again with `better`
  int better = 0;
  double greatest = 0;  // magnitude of a value
  [[nodiscard]] long double value() const;
};
[[nodiscard]] Result<Summed> take_sum(std::span<const port::Cell> cells, int scale);

// The scale at which values up to `greatest` keep some 20 bits of room above and 73 bits below.
[[nodiscard]] int scale_for(double greatest);
// value * 2^scale, towards zero.
[[nodiscard]] Int128 units_of(double value, int scale);

}  // namespace mlpipe::stages::data_check
