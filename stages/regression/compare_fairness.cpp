// How differently a model treats groups of rows, for baseline and candidate. Demographic parity:
// shares predicted positive. Equal opportunity: true positive rates (Hardt, Price and Srebro,
// "Equality of opportunity in supervised learning", 2016). Equalised odds: the greater of the
// differences of true and of false positive rates. Calibration gap: the greatest |mean score -
// share of positives| of a group.
#include <algorithm>
#include <cmath>
#include <limits>

#include "stages/regression/comparing.hpp"

namespace mlpipe::stages::regression {
namespace {

using namespace statistics;

constexpr std::uint64_t part_fairness = 7;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Counts of one group under one model.
struct GroupCounts {
  double rows = 0;
  double positive = 0;
  double selected = 0;
  double selected_positive = 0;

  [[nodiscard]] double selection() const { return rows > 0 ? selected / rows : nan; }
  [[nodiscard]] double true_rate() const {
    return positive > 0 ? selected_positive / positive : nan;
  }
  [[nodiscard]] double false_rate() const {
    return rows > positive ? (selected - selected_positive) / (rows - positive) : nan;
  }
};

struct Extremes {
  double least = std::numeric_limits<double>::infinity();
  double most = -std::numeric_limits<double>::infinity();
  int groups = 0;
  void add(double value) {
    if (!std::isnan(value)) {
      least = std::min(least, value);
      most = std::max(most, value);
      ++groups;
    }
  }
  [[nodiscard]] double spread() const { return groups < 2 ? nan : most - least; }
  [[nodiscard]] double ratio() const {
    return groups < 2 ? nan : most > 0 ? least / most : 1;  // nobody is selected: all alike
  }
};

double unfairness(MetricId id, const std::vector<GroupCounts>& groups) {
  Extremes selection;
  Extremes true_rate;
  Extremes false_rate;
  for (const GroupCounts& group : groups) {
    selection.add(group.selection());
    true_rate.add(group.true_rate());
    false_rate.add(group.false_rate());
  }
  switch (id) {
    case MetricId::demographic_parity_difference:
      return selection.spread();
    case MetricId::demographic_parity_ratio:
      return selection.ratio();
    case MetricId::equal_opportunity_difference:
      return true_rate.spread();
    default:
      return std::max(true_rate.spread(), false_rate.spread());
  }
}

// The rows of the groups that are large enough, by group.
struct Grouping {
  std::vector<std::vector<std::uint32_t>> rows;
  std::vector<std::string> names;
};

Grouping grouping_of(const Subset& subset, Job& job) {
  const auto& slices = subset.pair->slices;
  const auto found = std::find_if(slices.begin(), slices.end(),
                                  [&](const Partition& one) { return one.name == job.asked->by; });
  std::vector<std::vector<std::uint32_t>> all(found->values.size());
  for (const std::uint32_t row : subset.rows) {
    if (found->of_row[row] != no_word) {
      all[found->of_row[row]].push_back(row);
    }
  }
  Grouping kept;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].size() < subset.least_group) {
      job.left_out.push_back(found->values[i]);
    } else {
      kept.names.push_back(found->values[i]);
      kept.rows.push_back(std::move(all[i]));
    }
  }
  return kept;
}

// Cells are (group, label positive, baseline selects, candidate selects).
constexpr std::size_t cells_of_group = 8;

Sample counted(const Subset& subset, const Grouping& grouping) {
  const Pair& pair = *subset.pair;
  Sample sample{std::vector<std::uint64_t>(grouping.rows.size() * cells_of_group, 0)};
  for (std::size_t group = 0; group < grouping.rows.size(); ++group) {
    for (const std::uint32_t row : grouping.rows[group]) {
      const std::size_t cell = (pair.label[row] == *pair.positive ? 4U : 0U) +
                               (pair.baseline.predicted[row] == *pair.positive ? 2U : 0U) +
                               (pair.candidate.predicted[row] == *pair.positive ? 1U : 0U);
      ++sample.cells[group * cells_of_group + cell];
    }
  }
  return sample;
}

// `selected_by`: the bit of a cell that tells whether the model selects.
std::vector<GroupCounts> counts_of(const Totals& totals, std::size_t selected_by) {
  std::vector<GroupCounts> groups(totals.counts.size() / cells_of_group);
  for (std::size_t i = 0; i < totals.counts.size(); ++i) {
    GroupCounts& group = groups[i / cells_of_group];
    const double rows = totals.counts[i];
    const bool positive = (i & 4U) != 0;
    const bool selected = (i & selected_by) != 0;
    group.rows += rows;
    group.positive += positive ? rows : 0;
    group.selected += selected ? rows : 0;
    group.selected_positive += positive && selected ? rows : 0;
  }
  return groups;
}

// Cells are the groups, columns (score - what happened) of the two models.
Sample excesses(const Subset& subset, const Grouping& grouping) {
  const Pair& pair = *subset.pair;
  Sample sample{{}, 2, {}};
  for (const auto& rows : grouping.rows) {
    sample.cells.push_back(rows.size());
    for (const std::uint32_t row : rows) {
      const double happened = pair.label[row] == *pair.positive ? 1 : 0;
      sample.values.push_back(pair.baseline.scores[0][row] - happened);
      sample.values.push_back(pair.candidate.scores[0][row] - happened);
    }
  }
  return sample;
}

double gap_of(const Totals& totals, std::size_t model) {
  double most = nan;
  for (std::size_t i = 0; i < totals.counts.size(); ++i) {
    if (totals.counts[i] > 0) {
      most = std::fmax(most, std::abs(totals.sums[2 * i + model]) / totals.counts[i]);
    }
  }
  return most;
}

}  // namespace

void compare_fairness(const Subset& subset, std::span<Job*> jobs) {
  for (Job* job : jobs) {
    const Grouping grouping = grouping_of(subset, *job);
    if (grouping.rows.size() < 2) {
      job->problem = "fewer than two groups have enough rows";
      continue;
    }
    const MetricId id = job->asked->metric.id;
    const bool calibration = id == MetricId::calibration_gap;
    const Sample sample = calibration ? excesses(subset, grouping) : counted(subset, grouping);
    const Statistic both = [&](const Totals& totals, std::span<double> out) {
      constexpr std::size_t baseline_bit = 2;
      constexpr std::size_t candidate_bit = 1;
      out[0] = calibration ? gap_of(totals, 0) : unfairness(id, counts_of(totals, baseline_bit));
      out[1] = calibration ? gap_of(totals, 1) : unfairness(id, counts_of(totals, candidate_bit));
    };
    const Statistic difference = [&](const Totals& totals, std::span<double> out) {
      double values[2];
      both(totals, values);
      out[0] = values[1] - values[0];
    };
    const std::vector<double> values = observed(sample, 2, both);
    job->row.baseline = values[0];
    job->row.candidate = values[1];
    job->row.difference = values[1] - values[0];
    if (std::isnan(job->row.difference)) {
      job->problem = "fewer than two groups hold the rows that the rate is a share of";
      continue;
    }
    conclude_from_sample(subset, sample, difference, part_fairness, {&job, 1});
  }
}

}  // namespace mlpipe::stages::regression
