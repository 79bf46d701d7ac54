#include "stages/statistics/class_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mlpipe::stages::statistics {
namespace {

double sum(const std::vector<double>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0);
}

double quotient(double above, double below) {
  return below > 0 ? above / below : 0;
}

// Precision, recall or F1 of counts that stand for one class, or for all pooled.
double of_counts(ClassMetric metric, double truth, double predicted, double hit) {
  if (metric == ClassMetric::precision) {
    return quotient(hit, predicted);
  }
  return metric == ClassMetric::recall ? quotient(hit, truth)
                                       : quotient(2 * hit, truth + predicted);
}

double averaged(const ClassMeasure& measure, const ClassTotals& totals) {
  if (measure.averaging == Averaging::one) {
    return of_counts(measure.metric, totals.truth[measure.positive],
                     totals.predicted[measure.positive], totals.hit[measure.positive]);
  }
  if (measure.averaging == Averaging::micro) {
    return of_counts(measure.metric, sum(totals.truth), sum(totals.predicted), sum(totals.hit));
  }
  double total = 0;
  double weights = 0;
  for (std::size_t i = 0; i < totals.truth.size(); ++i) {
    if (totals.truth[i] + totals.predicted[i] == 0) {
      continue;
    }
    const double weight = measure.averaging == Averaging::weighted ? totals.truth[i] : 1;
    total +=
        weight * of_counts(measure.metric, totals.truth[i], totals.predicted[i], totals.hit[i]);
    weights += weight;
  }
  return quotient(total, weights);
}

double balanced_accuracy(const ClassTotals& totals) {
  double total = 0;
  double classes = 0;
  for (std::size_t i = 0; i < totals.truth.size(); ++i) {
    if (totals.truth[i] > 0) {
      total += totals.hit[i] / totals.truth[i];
      classes += 1;
    }
  }
  return quotient(total, classes);
}

// Gorodkin's R_K, which is Matthews' coefficient for two classes.
double matthews(const ClassTotals& totals) {
  const double rows = sum(totals.truth);
  double both = 0;
  double truth = 0;
  double predicted = 0;
  for (std::size_t i = 0; i < totals.truth.size(); ++i) {
    both += totals.truth[i] * totals.predicted[i];
    truth += totals.truth[i] * totals.truth[i];
    predicted += totals.predicted[i] * totals.predicted[i];
  }
  const double below = (rows * rows - truth) * (rows * rows - predicted);
  return below > 0 ? (sum(totals.hit) * rows - both) / std::sqrt(below) : 0;
}

}  // namespace

void ClassTotals::clear() {
  for (std::vector<double>* numbers : {&truth, &predicted, &hit}) {
    std::fill(numbers->begin(), numbers->end(), 0.0);
  }
}

void ClassTotals::add(std::size_t label, std::size_t prediction, double rows) {
  truth[label] += rows;
  predicted[prediction] += rows;
  hit[label] += label == prediction ? rows : 0;
}

double class_metric(const ClassMeasure& measure, const ClassTotals& totals) {
  switch (measure.metric) {
    case ClassMetric::accuracy:
      return quotient(sum(totals.hit), sum(totals.truth));
    case ClassMetric::balanced_accuracy:
      return balanced_accuracy(totals);
    case ClassMetric::mcc:
      return matthews(totals);
    case ClassMetric::precision:
    case ClassMetric::recall:
    case ClassMetric::f1:
      return averaged(measure, totals);
  }
  return 0;
}

}  // namespace mlpipe::stages::statistics
