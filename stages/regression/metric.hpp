// The metrics that can be computed from predictions: their names, which way is better, what they
// need. Knows nothing of data or tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"
#include "stages/regression/gates.hpp"
#include "stages/statistics/class_metrics.hpp"

namespace mlpipe::stages::regression {

// How a metric is computed and resampled.
enum class Family : std::uint8_t {
  counts,       // of (label, prediction)
  row_losses,   // a mean over rows, or a function of few means
  calibration,  // of scores in bins
  order,        // of all scores at once
  lists,        // a mean over queries
  fairness      // counts by group
};

enum class MetricId : std::uint8_t {
  accuracy,
  balanced_accuracy,
  precision,
  recall,
  f1,
  mcc,
  log_loss,
  brier,
  mae,
  rmse,
  mape,
  r2,
  pinball,
  ece,
  roc_auc,
  pr_auc,
  spearman,
  ndcg,
  map,
  hit_rate,
  demographic_parity_difference,
  demographic_parity_ratio,
  equal_opportunity_difference,
  equalised_odds_difference,
  calibration_gap
};

// What the columns of a row must hold.
enum class Need : std::uint8_t { classes, class_scores, numbers, order_of_numbers, lists };

struct Metric {
  std::string name = "accuracy";  // as written: "f1_macro", "ndcg@10"
  MetricId id = MetricId::accuracy;
  Family family = Family::counts;
  Need need = Need::classes;
  Direction direction = Direction::higher_is_better;
  statistics::Averaging averaging = statistics::Averaging::one;
  double parameter = 0;  // pinball's quantile, ece's bins, the depth of a list (0: all of it)

  // A plain mean over rows or queries, so that tests of means apply.
  [[nodiscard]] bool is_mean() const;
  // Improvement is positive: +1 where higher is better, else -1.
  [[nodiscard]] double sign() const { return direction == Direction::higher_is_better ? 1 : -1; }
};

// "accuracy", "f1_macro", "pinball@0.9" ... invalid: unknown (with the nearest name), or a
// parameter that is out of range.
[[nodiscard]] Result<Metric> metric_named(const std::string& name);
[[nodiscard]] std::vector<std::string> metric_names();

}  // namespace mlpipe::stages::regression
