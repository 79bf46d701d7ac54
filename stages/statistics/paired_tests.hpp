// Tests of paired differences, of two independent samples by their means. Knows only
// numbers.
#pragma once

#include <span>

namespace mlpipe::stages::statistics {

struct MeanTest {
  double difference = 0;  // of the means, candidate - baseline
  double standard_error = 0;
  double df = 0;

  // P(difference this low or lower) where the true one is `value`, and the two-sided p-value at 0.
  [[nodiscard]] double tail_below(double value) const;
  [[nodiscard]] double two_sided() const;
};
// Student's t of the differences; needs two.
[[nodiscard]] MeanTest paired_t(std::span<const double> differences);
// Welch's t with the degrees of freedom of Welch and Satterthwaite; needs two on each side.
[[nodiscard]] MeanTest welch(std::span<const double> baseline, std::span<const double> candidate);

// p-values of a test of location: that the truth lies below 0, above 0, and both.
struct Tails {
  double low = 1;  // P(as low or lower), small where the truth is below 0
  double high = 1;
  double two_sided = 1;
};
[[nodiscard]] Tails both_tails(double low, double high);  // two-sided: twice the smaller

// Wilcoxon's signed ranks, zeros dropped, ties in midranks. Exact for at most 50 differences (the
// distribution given the ties, by counting), else normal with the tie correction and without
// continuity correction, as scipy.stats.wilcoxon.
[[nodiscard]] Tails wilcoxon(std::span<const double> differences);

// Mann and Whitney's U of the candidate's values against the baseline's. Exact without ties where
// the smaller side has at most 8, else normal with tie and continuity correction, as
// scipy.stats.mannwhitneyu.
[[nodiscard]] Tails rank_sum(std::span<const double> baseline, std::span<const double> candidate);

}  // namespace mlpipe::stages::statistics
