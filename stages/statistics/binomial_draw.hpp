// One binomial random number. Knows nothing of resampling.
#pragma once

#include <cstdint>

#include "stages/statistics/philox.hpp"

namespace mlpipe::stages::statistics {

// Successes in n trials of probability p (clamped to 0..1). Exact: inversion where n min(p, 1 - p)
// is below 10, else the transformed rejection BTRS of W. Hörmann, "The generation of binomial
// random variates", J. Stat. Comput. Simul. 46 (1993).
[[nodiscard]] std::uint64_t draw_binomial(Philox& random, std::uint64_t n, double p);

}  // namespace mlpipe::stages::statistics
