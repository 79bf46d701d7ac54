// Metrics of classifiers as functions of counts: how often each class is true, predicted, and both.
// Definitions as in scikit-learn (precision_recall_fscore_support, balanced_accuracy_score,
// matthews_corrcoef); where a quotient has nothing to divide by it is 0, as its zero_division does.
// Knows nothing of rows, names or tests.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace mlpipe::stages::statistics {

// One model's counts, by class.
struct ClassTotals {
  std::vector<double> truth;      // rows of the class
  std::vector<double> predicted;  // rows predicted as the class
  std::vector<double> hit;        // both
  explicit ClassTotals(std::size_t classes) : truth(classes), predicted(classes), hit(classes) {}
  void clear();
  void add(std::size_t label, std::size_t prediction, double rows);
};

enum class ClassMetric : std::uint8_t { accuracy, balanced_accuracy, precision, recall, f1, mcc };
// one: the class at `positive` alone; the others run over the classes that occur, true or
// predicted.
enum class Averaging : std::uint8_t { one, micro, macro, weighted };

struct ClassMeasure {
  ClassMetric metric = ClassMetric::accuracy;
  Averaging averaging = Averaging::macro;  // of precision, recall and f1
  std::size_t positive = 0;                // with Averaging::one
};

[[nodiscard]] double class_metric(const ClassMeasure& measure, const ClassTotals& totals);

}  // namespace mlpipe::stages::statistics
