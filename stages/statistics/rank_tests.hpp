// Tests of two samples that look at the order of their values alone. Ties take the middle of their
// ranks. Knows nothing of thresholds.
#pragma once

#include "stages/statistics/measured.hpp"
#include "stages/statistics/tally.hpp"

namespace mlpipe::stages::statistics {

enum class Alternative : std::uint8_t { less, greater, two_sided };  // of the reference
// U of the reference; p exact where a sample has at most 8 values and nothing is tied, else normal
// with corrections for ties and continuity (scipy.stats.mannwhitneyu, method="auto"). invalid: all
// values are equal.
[[nodiscard]] Result<Measured> mann_whitney(const Pair& pair, Alternative alternative);

// T; p exact where neither sample has more than 20 values, else from the limiting distribution
// (Anderson 1962; scipy.stats.cramervonmises_2samp). invalid: fewer than two values.
[[nodiscard]] Result<Measured> cramer_von_mises(const Pair& pair);

// The standardised midrank statistic for two samples; p is interpolated in Scholz and Stephens'
// table (1987) and lies between 0.001 and 0.25 (scipy.stats.anderson_ksamp). invalid: all values
// are equal, or fewer than four in all.
[[nodiscard]] Result<Measured> anderson_darling(const Pair& pair);

}  // namespace mlpipe::stages::statistics
