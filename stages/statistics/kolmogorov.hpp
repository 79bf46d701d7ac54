// The two-sample Kolmogorov-Smirnov test, two-sided, as scipy.stats.ks_2samp(method="auto"). Knows
// nothing of thresholds.
#pragma once

#include <cstdint>

#include "stages/statistics/measured.hpp"
#include "stages/statistics/tally.hpp"

namespace mlpipe::stages::statistics {

// D, and p: exact (Hodges 1958) where neither sample has more than 10,000 values, else the
// distribution of one sample of round(nm / (n + m)) values.
[[nodiscard]] Measured kolmogorov_smirnov(const Pair& pair);

// P(D >= difference / lcm(n, m)) of two samples without ties; `difference` counts in units of
// 1 / lcm(n, m). O(nm).
[[nodiscard]] double two_sample_sf(std::uint64_t n, std::uint64_t m, std::uint64_t difference);

// P(D_n >= d) of one sample against its own continuous distribution (Simard and L'Ecuyer 2011).
[[nodiscard]] double one_sample_sf(double d, std::uint64_t n);

}  // namespace mlpipe::stages::statistics
