// What one row loses: the terms whose means are log loss, Brier score, MAE, MAPE and pinball loss,
// and the metrics of one ranked list. Knows nothing of tables or models.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mlpipe::stages::statistics {

// -ln of the probability of what happened; probabilities are kept off 0 and 1 by the machine
// epsilon and, over several classes, made to sum to one, as sklearn's log_loss does.
[[nodiscard]] double log_loss(double probability, bool happened);
[[nodiscard]] double log_loss(std::span<const double> probabilities, std::size_t happened);
// (p - y)^2; over several classes the sum of it (Brier 1950), which for two is twice the former.
[[nodiscard]] double brier(double probability, bool happened);
[[nodiscard]] double brier(std::span<const double> probabilities, std::size_t happened);
// |y - f| / max(|y|, epsilon), as sklearn's mean_absolute_percentage_error.
[[nodiscard]] double absolute_percentage(double truth, double forecast);
// quantile (y - f) above the forecast, (quantile - 1)(y - f) below (Koenker and Bassett 1978).
[[nodiscard]] double pinball(double truth, double forecast, double quantile);

// One query's list, best score first; rows of one score share what their places would give.
struct Ranked {
  double relevance = 0;
  double score = 0;
};
// Discounted cumulative gain over the best `depth` places (0: all), gain = relevance, discount
// log2(place + 1), divided by that of the ideal order; 0 where nothing is relevant (sklearn's
// ndcg_score, ties averaged).
[[nodiscard]] double ndcg(std::vector<Ranked> list, std::size_t depth);
// Mean of precision at the places of the relevant rows (relevance > 0) within the best `depth`,
// over min(relevant, depth); equal scores keep the order given.
[[nodiscard]] double average_precision_at(std::vector<Ranked> list, std::size_t depth);
// 1 where one of the best `depth` is relevant, else 0.
[[nodiscard]] double hit(std::vector<Ranked> list, std::size_t depth);

}  // namespace mlpipe::stages::statistics
