// What a bootstrap distribution says of its statistic: error, interval, and how far into the tails
// a value lies. Knows only numbers.
#pragma once

#include <span>
#include <vector>

namespace mlpipe::stages::statistics {

// The bias correction and acceleration of BCa; both 0: the percentile method.
struct Bend {
  double bias = 0;
  double acceleration = 0;
};

class DrawDistribution {
 public:
  // Draws in any order; none is NaN. `bend` as bend_of() gives it.
  DrawDistribution(std::vector<double> draws, Bend bend);

  [[nodiscard]] double standard_error() const;  // standard deviation of the draws
  // The value with this share of the distribution below it: quantile type 7 of the draws, at the
  // level that `bend` moves it to (Efron, "Better bootstrap confidence intervals", JASA 82, 1987).
  [[nodiscard]] double quantile(double level) const;
  // The least level whose quantile reaches `value`, so that P(low) = P(truth at most value) reads
  // as a p-value: (1 + draws at most value) / (1 + draws), bent back by BCa.
  [[nodiscard]] double tail_below(double value) const;
  [[nodiscard]] double tail_above(double value) const;

 private:
  [[nodiscard]] double unbent(double share) const;
  std::vector<double> sorted_;
  Bend bend_;
};

// z0 = quantile of (draws below + half of those equal) / draws, as scipy.stats.bootstrap.
[[nodiscard]] Bend bend_of(std::span<const double> draws, double observed, double acceleration);

}  // namespace mlpipe::stages::statistics
