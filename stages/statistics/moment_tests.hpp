// Tests of two samples that look at the values themselves: means, characteristic functions,
// kernels. Knows nothing of thresholds.
#pragma once

#include <cstdint>

#include "stages/statistics/measured.hpp"
#include "stages/statistics/tally.hpp"

namespace mlpipe::stages::statistics {

// Student's t of equal variances, two-sided. invalid: fewer than three values in all, or both
// samples are the same constant.
[[nodiscard]] Result<Measured> student_t_test(const Tally& reference, const Tally& current);

// Epps and Singleton (1986): the empirical characteristic functions at 0.4 and 0.8 of the pooled
// semi-interquartile range (scipy.stats.epps_singleton_2samp). invalid: fewer than five values, or
// the pooled interquartile range is zero.
[[nodiscard]] Result<Measured> epps_singleton(const Pair& pair);

// Maximum mean discrepancy with a Gaussian kernel as wide as the median distance of the reference,
// with the share of `permutations` random divisions that are as far apart. Takes time and memory
// with the square of the rows. invalid: more than `most_rows` in all, or fewer than two in one.
inline constexpr std::uint64_t most_discrepancy_rows = 10'000;
[[nodiscard]] Result<Measured> mean_discrepancy(const Tally& reference, const Tally& current,
                                                std::uint32_t permutations);

}  // namespace mlpipe::stages::statistics
