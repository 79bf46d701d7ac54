// The parts of the two-sample Cramer-von Mises test. Knows nothing of when which is used.
#pragma once

#include <cstdint>

#include "stages/statistics/tally.hpp"
#include "stages/statistics/wide.hpp"

namespace mlpipe::stages::statistics {

struct CramerVonMises {
  Wide u_times_four = 0;  // Anderson's U (1962, equation 10), exact though midranks are halves
  double t = 0;           // his T (equation 9)
};
[[nodiscard]] CramerVonMises cramer_von_mises_statistic(const Pair& pair);

// P(U >= u) over all divisions, by the recursion of Xiao, Gordon and Yakovlev (2006). For some
// twenty values a side.
[[nodiscard]] double cramer_von_mises_exact_sf(Wide u_times_four, std::uint64_t n, std::uint64_t m);

// From T, brought to the mean and variance of the limit (Anderson 1962, equations 11 to 15).
[[nodiscard]] double cramer_von_mises_limit_sf(double t, std::uint64_t n, std::uint64_t m);

}  // namespace mlpipe::stages::statistics
