// Order statistics of scores: ROC AUC with DeLong's test, average precision, Spearman's
// correlation, for rows that may count several times. Knows nothing of where scores come from. No
// score is NaN.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mlpipe::stages::statistics {

// Rows in the order of a score, from the greatest; rows of one score form a tie.
class Ranking {
 public:
  explicit Ranking(std::span<const double> scores);
  [[nodiscard]] std::span<const std::uint32_t> order() const { return order_; }
  // tie_ends()[i]: where the i-th tie ends in order().
  [[nodiscard]] std::span<const std::uint32_t> tie_ends() const { return tie_ends_; }

 private:
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> tie_ends_;
};

using Weights = std::span<const std::uint16_t>;  // how often each row counts

// The chance that a positive row scores above a negative one, ties counting half (Mann-Whitney).
// NaN where one of the two kinds is absent.
[[nodiscard]] double roc_auc(const Ranking& ranking, std::span<const std::uint8_t> positive,
                             Weights weights);
// sum over the distinct scores of (R_n - R_{n-1}) P_n, as sklearn's average_precision_score. NaN
// where no row is positive.
[[nodiscard]] double average_precision(const Ranking& ranking,
                                       std::span<const std::uint8_t> positive, Weights weights);
// Pearson's correlation of the midranks. NaN where one side is constant.
[[nodiscard]] double spearman(const Ranking& a, const Ranking& b, Weights weights);

// E. DeLong, D. DeLong, Clarke-Pearson, "Comparing the areas under two or more correlated ROC
// curves", Biometrics 44 (1988), with two sorted lists in place of all pairs.
struct DeLong {
  double baseline = 0;
  double candidate = 0;
  double variance_baseline = 0;
  double variance_candidate = 0;
  double covariance = 0;
  double variance_difference = 0;  // from the differences themselves: 0 where the models are alike

  [[nodiscard]] double standard_error() const;  // of candidate - baseline
};
// Needs two positive and two negative rows; else every variance is NaN.
[[nodiscard]] DeLong delong(std::span<const double> baseline, std::span<const double> candidate,
                            std::span<const std::uint8_t> positive);

}  // namespace mlpipe::stages::statistics
