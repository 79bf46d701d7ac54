// Equal bins as numpy makes them, to the bit: what Evidently and NannyML compare. Knows nothing of
// what is compared.
#pragma once

#include <cstdint>
#include <vector>

#include "stages/statistics/tally.hpp"

namespace mlpipe::stages::statistics {

// Ascending; bin i is [edge i, edge i + 1), the last one closed.
using Edges = std::vector<double>;

// numpy.histogram_bin_edges(x, "sturges") of `size` values from `low` to `high`: log2(n) + 1 bins,
// rounded up (Sturges 1926). A single value gets one bin of width 1 around it.
[[nodiscard]] Edges sturges_edges(double low, double high, std::uint64_t size);
// numpy.histogram_bin_edges(x, "doane"): more bins where the sample is skew (Doane 1976).
[[nodiscard]] Edges doane_edges(const Tally& tally);
[[nodiscard]] Edges equal_edges(double low, double high, std::size_t bins);

// numpy.histogram(x, edges); values outside are not counted.
[[nodiscard]] std::vector<std::uint64_t> histogram(const Tally& tally, const Edges& edges);

}  // namespace mlpipe::stages::statistics
