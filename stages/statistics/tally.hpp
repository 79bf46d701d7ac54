// A sample as its distinct values with their counts, in ascending order, and two samples side by
// side. All that the comparisons need; the order of rows is gone, and with it what depends on
// threads. Knows nothing of tables.
#pragma once

#include <cstdint>
#include <vector>

namespace mlpipe::stages::statistics {

struct Tally {
  std::vector<double> values;  // finite, ascending, distinct; -0 counts as 0
  std::vector<std::uint64_t> counts;
  std::uint64_t total = 0;
  [[nodiscard]] std::size_t distinct() const { return values.size(); }
};

// The finite values of a sample; infinities and NaN are left out.
[[nodiscard]] Tally tally_of(std::vector<double> sample);

// Counts of the same categories in two samples. Each category occurs in one of them at least.
struct Frequencies {
  std::vector<std::uint64_t> reference;
  std::vector<std::uint64_t> current;
  std::uint64_t reference_total = 0;
  std::uint64_t current_total = 0;
  [[nodiscard]] std::size_t categories() const { return reference.size(); }
};

// Two tallies over their common values, ascending.
struct Pair {
  std::vector<double> values;
  Frequencies frequencies;
};
[[nodiscard]] Pair pair_of(const Tally& reference, const Tally& current);

// From exact sums: independent of order, and off by a rounding or two. NaN for an empty sample.
[[nodiscard]] double mean(const Tally& tally);
// Sum of squared differences from `centre`.
[[nodiscard]] double squares_around(const Tally& tally, double centre);
[[nodiscard]] double standard_deviation(const Tally& tally);  // of the population (ddof 0)
[[nodiscard]] double skewness(const Tally& tally);            // m3 / m2^1.5; 0 for a constant
[[nodiscard]] double kurtosis(const Tally& tally);            // m4 / m2^2 - 3; 0 for a constant

// The value at position q (n - 1) of the sorted sample, interpolated (type 7 of Hyndman and Fan
// 1996, numpy's and R's default). NaN for an empty sample.
[[nodiscard]] double quantile(const Tally& tally, double q);

}  // namespace mlpipe::stages::statistics
