#include "stages/statistics/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace mlpipe::stages::statistics {
namespace {

// What numpy does with a rule that names a width.
Edges edges_of_width(double low, double high, double width) {
  if (low == high) {
    return {low - 0.5, high + 0.5};
  }
  if (!(width > 0)) {
    return equal_edges(low, high, 1);
  }
  constexpr double most_bins = 10'000;
  return equal_edges(
      low, high, static_cast<std::size_t>(std::min(std::ceil((high - low) / width), most_bins)));
}

}  // namespace

Edges equal_edges(double low, double high, std::size_t bins) {
  Edges edges(bins + 1);
  // Halved where the range itself is no double.
  const double step = std::isfinite(high - low)
                          ? (high - low) / static_cast<double>(bins)
                          : (high / 2 - low / 2) / static_cast<double>(bins) * 2;
  for (std::size_t i = 0; i <= bins; ++i) {
    edges[i] = static_cast<double>(i) * step + low;
  }
  edges[bins] = high;
  return edges;
}

Edges sturges_edges(double low, double high, std::uint64_t size) {
  return edges_of_width(low, high, (high - low) / (std::log2(static_cast<double>(size)) + 1.0));
}

Edges doane_edges(const Tally& tally) {
  const double low = tally.values.front();
  const double high = tally.values.back();
  const auto n = static_cast<double>(tally.total);
  const double sigma = standard_deviation(tally);
  double width = 0;
  if (tally.total > 2 && sigma > 0) {
    const double spread = std::sqrt(6.0 * (n - 2) / ((n + 1.0) * (n + 3)));
    width =
        (high - low) / (1.0 + std::log2(n) + std::log2(1.0 + std::abs(skewness(tally)) / spread));
  }
  return edges_of_width(low, high, width);
}

std::vector<std::uint64_t> histogram(const Tally& tally, const Edges& edges) {
  std::vector<std::uint64_t> counts(edges.size() - 1, 0);
  std::size_t bin = 0;
  for (std::size_t i = 0; i < tally.distinct(); ++i) {
    const double value = tally.values[i];
    while (bin + 1 < counts.size() && value >= edges[bin + 1]) {
      ++bin;
    }
    if (value >= edges.front() && value <= edges.back()) {
      counts[bin] += tally.counts[i];
    }
  }
  return counts;
}

}  // namespace mlpipe::stages::statistics
