// Metrics of (label, prediction) counts. Rows with the same label and the same two predictions are
// one cell, so a draw costs as many steps as there are cells.
#include <algorithm>
#include <unordered_map>

#include "stages/regression/comparing.hpp"
#include "stages/statistics/distributions.hpp"
#include "stages/statistics/matched_pairs.hpp"
#include "stages/statistics/sign_flips.hpp"

namespace mlpipe::stages::regression {
namespace {

using namespace statistics;

constexpr std::uint64_t part_counts = 0;
constexpr std::uint64_t part_permutation = 1;

struct Answers {
  std::uint32_t label = 0;
  std::uint32_t baseline = 0;
  std::uint32_t candidate = 0;
};

struct JointTable {
  std::vector<Answers> answers;  // of each cell
  Sample sample;
  std::vector<std::size_t> twin;  // the cell with the two models' answers swapped
};

std::uint64_t code_of(const Answers& cell, std::uint64_t classes) {
  return (cell.label * classes + cell.baseline) * classes + cell.candidate;
}

JointTable joint_table(const Subset& subset) {
  const Pair& pair = *subset.pair;
  const std::uint64_t classes = pair.classes.size();
  std::unordered_map<std::uint64_t, std::size_t> index;
  JointTable table;
  const auto cell_of = [&](const Answers& cell) {
    const auto [found, fresh] = index.try_emplace(code_of(cell, classes), table.answers.size());
    if (fresh) {
      table.answers.push_back(cell);
      table.sample.cells.push_back(0);
    }
    return found->second;
  };
  for (const std::uint32_t row : subset.rows) {
    ++table.sample.cells[cell_of(
        {pair.label[row], pair.baseline.predicted[row], pair.candidate.predicted[row]})];
  }
  // In an order that does not depend on that of the rows: equal tables draw equal numbers.
  std::vector<std::size_t> order(table.answers.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return code_of(table.answers[a], classes) < code_of(table.answers[b], classes);
  });
  JointTable sorted;
  for (const std::size_t i : order) {
    index[code_of(table.answers[i], classes)] = sorted.answers.size();
    sorted.answers.push_back(table.answers[i]);
    sorted.sample.cells.push_back(table.sample.cells[i]);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Answers& cell = sorted.answers[i];
    const auto [found, fresh] = index.try_emplace(
        code_of({cell.label, cell.candidate, cell.baseline}, classes), sorted.answers.size());
    if (fresh) {
      sorted.answers.push_back({cell.label, cell.candidate, cell.baseline});
      sorted.sample.cells.push_back(0);
    }
    sorted.twin.push_back(found->second);
  }
  for (std::size_t i = order.size(); i < sorted.answers.size(); ++i) {
    const Answers& cell = sorted.answers[i];
    sorted.twin.push_back(index.at(code_of({cell.label, cell.candidate, cell.baseline}, classes)));
  }
  return sorted;
}

ClassMeasure measure_of(const Metric& metric, const Pair& pair) {
  const auto id = [&] {
    switch (metric.id) {
      case MetricId::balanced_accuracy:
        return ClassMetric::balanced_accuracy;
      case MetricId::precision:
        return ClassMetric::precision;
      case MetricId::recall:
        return ClassMetric::recall;
      case MetricId::f1:
        return ClassMetric::f1;
      case MetricId::mcc:
        return ClassMetric::mcc;
      default:
        return ClassMetric::accuracy;
    }
  }();
  return {id, metric.averaging, pair.positive.value_or(0)};
}

// The two models' counts.
struct Both {
  ClassTotals baseline;
  ClassTotals candidate;
};

Both totals_of(const JointTable& table, std::size_t classes, std::span<const double> counts) {
  Both both{ClassTotals(classes), ClassTotals(classes)};
  for (std::size_t i = 0; i < table.answers.size(); ++i) {
    const Answers& cell = table.answers[i];
    if (counts[i] > 0) {
      both.baseline.add(cell.label, cell.baseline, counts[i]);
      both.candidate.add(cell.label, cell.candidate, counts[i]);
    }
  }
  return both;
}

Discordance discordance_of(const JointTable& table) {
  Discordance pairs;
  for (std::size_t i = 0; i < table.answers.size(); ++i) {
    const Answers& cell = table.answers[i];
    const bool base_right = cell.label == cell.baseline;
    const bool cand_right = cell.label == cell.candidate;
    pairs.rows += table.sample.cells[i];
    pairs.only_baseline += base_right && !cand_right ? table.sample.cells[i] : 0;
    pairs.only_candidate += cand_right && !base_right ? table.sample.cells[i] : 0;
  }
  return pairs;
}

constexpr std::uint64_t exact_below = 25;  // discordant rows; from there chi squared will do

// Interval by Tango's score, p-value by McNemar; a margin is tested by the score, as the interval.
void conclude_mcnemar(const Subset& subset, const JointTable& table, Job& job) {
  const Discordance pairs = discordance_of(table);
  const double z = normal_quantile(1 - subset.evidence->alpha / 2);
  const bool exact = job.test == Test::mcnemar_exact ||
                     (job.test == Test::mcnemar && pairs.discordant() < exact_below);
  job.row.test = exact ? "mcnemar_exact" : "mcnemar_chi2";
  const Bounds bounds = tango_interval(pairs, z);
  job.row.interval = {bounds.low, bounds.high};
  job.row.standard_error = pairs.standard_error();
  job.row.p_value = exact ? mcnemar_exact(pairs) : mcnemar_corrected(pairs);
  if (job.asked->margin == 0) {
    job.row.p_worse = job.row.difference < 0 ? job.row.p_value : 1;
  } else {
    job.row.p_worse = std::min(1.0, 2 * normal_cdf(tango_score(pairs, -job.asked->margin)));
  }
}

std::vector<ClassMeasure> measures_of(const Subset& subset, std::span<Job* const> jobs) {
  std::vector<ClassMeasure> measures;
  for (const Job* job : jobs) {
    measures.push_back(measure_of(job->asked->metric, *subset.pair));
  }
  return measures;
}

// The p-value of a swap of the two models' answers in each row; interval and margin stay the
// bootstrap's.
void permute(const Subset& subset, const JointTable& table, const Statistic& differences,
             std::span<Job*> jobs) {
  const auto permuted = [](const Job* job) { return job->test == Test::permutation; };
  if (std::none_of(jobs.begin(), jobs.end(), permuted)) {
    return;
  }
  const DrawTable draws =
      swap_draws(table.sample, table.twin, jobs.size(), differences, subset.plan(part_permutation));
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (permuted(jobs[i])) {
      const Tails tails = permutation_tails(draws[i], jobs[i]->row.difference);
      take_p_value(tails.two_sided, tails.low, tails.high, *jobs[i]);
    }
  }
}

}  // namespace

void compare_counts(const Subset& subset, std::span<Job*> jobs) {
  const JointTable table = joint_table(subset);
  const std::size_t classes = subset.pair->classes.size();
  const std::vector<double> counts(table.sample.cells.begin(), table.sample.cells.end());
  const Both whole = totals_of(table, classes, counts);
  std::vector<Job*> drawn;
  for (Job* job : jobs) {
    const ClassMeasure measure = measure_of(job->asked->metric, *subset.pair);
    job->row.baseline = class_metric(measure, whole.baseline);
    job->row.candidate = class_metric(measure, whole.candidate);
    job->row.difference = job->row.candidate - job->row.baseline;
    if (job->test == Test::mcnemar || job->test == Test::mcnemar_exact ||
        job->test == Test::mcnemar_chi2) {
      conclude_mcnemar(subset, table, *job);
    } else {
      drawn.push_back(job);
    }
  }
  const std::vector<ClassMeasure> measures = measures_of(subset, drawn);
  const Statistic differences = [&](const Totals& totals, std::span<double> out) {
    const Both both = totals_of(table, classes, totals.counts);
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = class_metric(measures[i], both.candidate) - class_metric(measures[i], both.baseline);
    }
  };
  conclude_from_sample(subset, table.sample, differences, part_counts, drawn);
  permute(subset, table, differences, drawn);
}

}  // namespace mlpipe::stages::regression
