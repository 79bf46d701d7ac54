// Metrics that are means over rows or queries, or functions of few means.
#include <algorithm>
#include <cmath>
#include <limits>

#include "stages/regression/comparing.hpp"
#include "stages/statistics/losses.hpp"
#include "stages/statistics/paired_tests.hpp"
#include "stages/statistics/sign_flips.hpp"

namespace mlpipe::stages::regression {
namespace {

using namespace statistics;

constexpr std::uint64_t part_rows = 2;
constexpr std::uint64_t part_lists = 3;
constexpr std::uint64_t part_flips = 4;

// What each unit (row or query) loses under the two models.
struct Losses {
  std::vector<double> baseline;
  std::vector<double> candidate;

  [[nodiscard]] std::vector<double> differences() const {
    std::vector<double> all(baseline.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i] = candidate[i] - baseline[i];
    }
    return all;
  }
};

double mean(const std::vector<double>& values) {
  double total = 0;
  for (const double value : values) {
    total += value;
  }
  return total / static_cast<double>(values.size());
}

double class_loss(const Metric& metric, const Pair& pair, const Model& model, std::uint32_t row) {
  if (model.scores.size() == 1) {
    const bool happened = pair.label[row] == *pair.positive;
    return metric.id == MetricId::log_loss ? log_loss(model.scores[0][row], happened)
                                           : brier(model.scores[0][row], happened);
  }
  std::vector<double> probabilities;
  for (const auto& scores : model.scores) {
    probabilities.push_back(scores[row]);
  }
  return metric.id == MetricId::log_loss ? log_loss(probabilities, pair.label[row])
                                         : brier(probabilities, pair.label[row]);
}

double row_loss(const Metric& metric, const Pair& pair, const Model& model, std::uint32_t row) {
  if (metric.need == Need::class_scores) {
    return class_loss(metric, pair, model, row);
  }
  const double truth = pair.truth[row];
  const double forecast = model.forecast[row];
  switch (metric.id) {
    case MetricId::mae:
      return std::abs(truth - forecast);
    case MetricId::mape:
      return absolute_percentage(truth, forecast);
    case MetricId::pinball:
      return pinball(truth, forecast, metric.parameter);
    default:  // rmse and r2
      return (truth - forecast) * (truth - forecast);
  }
}

double list_gain(const Metric& metric, std::vector<Ranked> list) {
  const auto depth = static_cast<std::size_t>(metric.parameter);
  switch (metric.id) {
    case MetricId::ndcg:
      return ndcg(std::move(list), depth);
    case MetricId::map:
      return average_precision_at(std::move(list), depth);
    default:
      return hit(std::move(list), depth);
  }
}

// The rows of each query of the subset, in their order.
std::vector<std::vector<std::uint32_t>> queries_of(const Subset& subset) {
  std::vector<std::vector<std::uint32_t>> all(subset.pair->queries);
  for (const std::uint32_t row : subset.rows) {
    all[subset.pair->query[row]].push_back(row);
  }
  std::erase_if(all, [](const auto& rows) { return rows.empty(); });
  return all;
}

std::vector<double> list_gains(const Metric& metric, const Pair& pair, const Model& model,
                               const std::vector<std::vector<std::uint32_t>>& queries) {
  std::vector<double> gains;
  for (const auto& rows : queries) {
    std::vector<Ranked> list;
    for (const std::uint32_t row : rows) {
      list.push_back({pair.truth[row], model.scores[0][row]});
    }
    gains.push_back(list_gain(metric, std::move(list)));
  }
  return gains;
}

Losses losses_of(const Subset& subset, const Metric& metric) {
  const Pair& pair = *subset.pair;
  if (metric.family == Family::lists) {
    const auto queries = queries_of(subset);
    return {list_gains(metric, pair, pair.baseline, queries),
            list_gains(metric, pair, pair.candidate, queries)};
  }
  Losses losses;
  for (const std::uint32_t row : subset.rows) {
    losses.baseline.push_back(row_loss(metric, pair, pair.baseline, row));
    losses.candidate.push_back(row_loss(metric, pair, pair.candidate, row));
  }
  return losses;
}

// The columns of a sample that a metric's difference is a function of.
struct Term {
  MetricId id = MetricId::mae;
  std::size_t column = 0;
};

constexpr std::size_t loss_columns = 2;   // rmse: squares of baseline and candidate
constexpr std::size_t truth_columns = 2;  // r2, before those: the truth and its square

std::size_t width_of(const Metric& metric) {
  return metric.is_mean() ? 1 : loss_columns + (metric.id == MetricId::r2 ? truth_columns : 0);
}

double difference_of(const Term& term, double rows, std::span<const double> sums) {
  const double* at = sums.data() + term.column;
  if (term.id == MetricId::rmse) {
    return std::sqrt(at[1] / rows) - std::sqrt(at[0] / rows);
  }
  if (term.id == MetricId::r2) {  // 1 - residual / total, the total about the resample's own mean
    const double total = at[1] - at[0] * at[0] / rows;
    return total > 0 ? (at[2] - at[3]) / total : std::numeric_limits<double>::quiet_NaN();
  }
  return at[0] / rows;
}

class RowComparer {
 public:
  RowComparer(const Subset& subset, std::span<Job*> jobs) : subset_(subset), jobs_(jobs) {
    for (Job* job : jobs_) {
      losses_.push_back(losses_of(subset_, job->asked->metric));
      observe(losses_.back(), *job);
    }
  }

  void run(std::uint64_t part) {
    std::vector<Job*> drawn;
    std::vector<const Losses*> losses;
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      if (!jobs_[i]->problem.empty()) {
        continue;
      }
      if (jobs_[i]->test == Test::t) {
        by_t(losses_[i], *jobs_[i]);
      } else {
        drawn.push_back(jobs_[i]);
        losses.push_back(&losses_[i]);
      }
    }
    draw(drawn, losses, part);
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      by_ranks_or_signs(losses_[i], *jobs_[i]);
    }
  }

 private:
  void observe(const Losses& losses, Job& job) {
    const Metric& metric = job.asked->metric;
    Row& row = job.row;
    row.baseline = mean(losses.baseline);
    row.candidate = mean(losses.candidate);
    if (metric.id == MetricId::rmse) {
      row.baseline = std::sqrt(row.baseline);
      row.candidate = std::sqrt(row.candidate);
    }
    if (metric.id == MetricId::r2) {
      const double variance = truth_variance();
      if (variance <= 0) {
        job.problem = "every label is the same number: there is no variance to explain";
      }
      row.baseline = 1 - row.baseline / variance;
      row.candidate = 1 - row.candidate / variance;
    }
    row.difference = row.candidate - row.baseline;
  }

  [[nodiscard]] double truth_mean() const {
    double total = 0;
    for (const std::uint32_t row : subset_.rows) {
      total += subset_.pair->truth[row];
    }
    return total / static_cast<double>(subset_.rows.size());
  }

  [[nodiscard]] double truth_variance() const {
    const double middle = truth_mean();
    double total = 0;
    for (const std::uint32_t row : subset_.rows) {
      const double off = subset_.pair->truth[row] - middle;
      total += off * off;
    }
    return total / static_cast<double>(subset_.rows.size());
  }

  void by_t(const Losses& losses, Job& job) const {
    const MeanTest test = paired_t(losses.differences());
    if (losses.baseline.size() < 2) {
      job.problem = "Student's t needs two rows";
      return;
    }
    job.row.test = "t";
    conclude_from_error(subset_, test.standard_error, test.df, job);
  }

  void draw(std::span<Job*> jobs, const std::vector<const Losses*>& losses, std::uint64_t part) {
    if (jobs.empty()) {
      return;
    }
    std::vector<Term> terms;
    Sample sample;
    for (const Job* job : jobs) {
      terms.push_back({job->asked->metric.id, sample.columns});
      sample.columns += width_of(job->asked->metric);
    }
    const std::size_t units = losses.front()->baseline.size();
    sample.cells = {units};
    sample.values.resize(units * sample.columns);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      fill(*losses[i], terms[i], sample);
    }
    const Statistic differences = [&](const Totals& totals, std::span<double> out) {
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = difference_of(terms[i], totals.counts[0], totals.sums);
      }
    };
    conclude_from_sample(subset_, sample, differences, part, jobs);
  }

  void fill(const Losses& losses, const Term& term, Sample& sample) const {
    const double middle = term.id == MetricId::r2 ? truth_mean() : 0;  // so that squares stay small
    for (std::size_t i = 0; i < losses.baseline.size(); ++i) {
      double* at = sample.values.data() + i * sample.columns + term.column;
      if (term.id == MetricId::r2) {
        const double off = subset_.pair->truth[subset_.rows[i]] - middle;
        *at++ = off;
        *at++ = off * off;
      }
      if (term.id == MetricId::r2 || term.id == MetricId::rmse) {
        *at++ = losses.baseline[i];
        *at = losses.candidate[i];
      } else {
        *at = losses.candidate[i] - losses.baseline[i];
      }
    }
  }

  // The interval stays the bootstrap's. A margin shifts the differences of a mean; of another
  // metric it is tested by the bootstrap.
  void by_ranks_or_signs(const Losses& losses, Job& job) const {
    if (!job.problem.empty() || (job.test != Test::permutation && job.test != Test::wilcoxon)) {
      return;
    }
    const auto tails_of = [&](const std::vector<double>& differences) {
      return job.test == Test::wilcoxon ? wilcoxon(differences)
                                        : sign_flips(differences, subset_.plan(part_flips));
    };
    std::vector<double> differences = losses.differences();
    const Tails tails = tails_of(differences);
    const bool flipped = job.asked->metric.id == MetricId::r2;  // a greater loss is a lower r2
    take_p_value(tails.two_sided, flipped ? tails.high : tails.low,
                 flipped ? tails.low : tails.high, job);
    if (job.asked->margin != 0 && job.asked->metric.is_mean()) {
      const double sign = job.asked->metric.sign();
      for (double& difference : differences) {
        difference += sign * job.asked->margin;
      }
      const Tails shifted = tails_of(differences);
      job.row.p_worse = std::min(1.0, 2 * (sign > 0 ? shifted.low : shifted.high));
    }
  }

  const Subset& subset_;
  std::span<Job*> jobs_;
  std::vector<Losses> losses_;
};

}  // namespace

void compare_rows(const Subset& subset, std::span<Job*> jobs) {
  std::vector<Job*> rows;
  std::vector<Job*> lists;
  for (Job* job : jobs) {
    (job->asked->metric.family == Family::lists ? lists : rows).push_back(job);
  }
  if (!rows.empty()) {
    RowComparer(subset, rows).run(part_rows);
  }
  if (!lists.empty()) {
    RowComparer(subset, lists).run(part_lists);
  }
}

}  // namespace mlpipe::stages::regression
