// Distances between two distributions, none of them a test. Knows nothing of thresholds.
//
// `p` is the reference, `q` the current sample: shares over the same cells. Where one sample is
// empty the answer is NaN.
#pragma once

#include <optional>
#include <vector>

#include "stages/statistics/histogram.hpp"
#include "stages/statistics/tally.hpp"

namespace mlpipe::stages::statistics {

using Shares = std::vector<double>;
[[nodiscard]] Shares shares_of(const std::vector<std::uint64_t>& counts, std::uint64_t total);

// Jensen-Shannon in its three forms: the divergence in nats or bits (Lin 1991), and its square
// root, a metric (Endres and Schindelin 2003). scipy.spatial.distance.jensenshannon is the root.
enum class Logarithm : std::uint8_t { natural, binary };
[[nodiscard]] double jensen_shannon_divergence(const Shares& p, const Shares& q,
                                               Logarithm logarithm);
[[nodiscard]] double jensen_shannon_distance(const Shares& p, const Shares& q, Logarithm logarithm);

// sum p ln(p / q), both made to sum to 1: scipy.stats.entropy(p, q).
[[nodiscard]] double kullback_leibler(const Shares& p, const Shares& q);
// sum (p - q) ln(p / q).
[[nodiscard]] double population_stability(const Shares& p, const Shares& q);
// sqrt(1 - sum sqrt(p q)).
[[nodiscard]] double hellinger(const Shares& p, const Shares& q);
[[nodiscard]] double total_variation(const Shares& p, const Shares& q);  // half of sum |p - q|
[[nodiscard]] double largest_difference(const Shares& p, const Shares& q);

// Evidently's filling of empty cells: 0.0001, or a millionth of the smallest share where that is
// no larger than 0.0001.
void fill_zeros(Shares& shares);

// The area between the two distribution functions (scipy.stats.wasserstein_distance).
[[nodiscard]] double wasserstein(const Pair& pair);
// sqrt(2 times the area between them squared) (scipy.stats.energy_distance).
[[nodiscard]] double energy_distance(const Pair& pair);

// A histogram whose cells need not be equal; a cell of no width is a point mass.
struct Bucket {
  double low = 0;
  double high = 0;
  double count = 0;
};
// TensorFlow Data Validation's divergence in bits between two histograms with different cells: each
// cell is spread evenly over the cells of both, point masses are cells of their own. nullopt where
// one of them is empty.
[[nodiscard]] std::optional<double> histogram_divergence(const std::vector<Bucket>& reference,
                                                         const std::vector<Bucket>& current);

}  // namespace mlpipe::stages::statistics
