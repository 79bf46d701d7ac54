// Metrics of the order of scores. Each resample walks all rows in order, so fewer draws are made
// where there are many: `row_budget` says how many rows all draws together may walk.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "stages/regression/comparing.hpp"
#include "stages/statistics/ranks.hpp"

namespace mlpipe::stages::regression {
namespace {

using namespace statistics;

constexpr std::uint64_t part_order = 5;
constexpr std::uint64_t row_budget = 400'000'000;
constexpr std::uint32_t least_draws = 200;

// One model's scores on the subset, ranked, for each class that is scored.
struct RankedModel {
  std::vector<Ranking> rankings;
  std::vector<std::vector<std::uint8_t>> positive;  // of each ranking
};

std::vector<double> of_rows(const std::vector<double>& values,
                            std::span<const std::uint32_t> rows) {
  std::vector<double> found;
  found.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    found.push_back(values[row]);
  }
  return found;
}

std::vector<std::uint8_t> is_class(const Subset& subset, std::uint32_t wanted) {
  std::vector<std::uint8_t> found;
  found.reserve(subset.rows.size());
  for (const std::uint32_t row : subset.rows) {
    found.push_back(subset.pair->label[row] == wanted ? 1 : 0);
  }
  return found;
}

RankedModel ranked(const Subset& subset, const Model& model) {
  RankedModel found;
  for (std::uint32_t i = 0; i < model.scores.size(); ++i) {
    found.rankings.emplace_back(of_rows(model.scores[i], subset.rows));
    found.positive.push_back(
        is_class(subset, model.scores.size() == 1 ? *subset.pair->positive : i));
  }
  return found;
}

// Over several classes: the mean of each class against the rest.
double area(const Metric& metric, const RankedModel& model, Weights weights) {
  double total = 0;
  for (std::size_t i = 0; i < model.rankings.size(); ++i) {
    total += metric.id == MetricId::roc_auc
                 ? roc_auc(model.rankings[i], model.positive[i], weights)
                 : average_precision(model.rankings[i], model.positive[i], weights);
  }
  return total / static_cast<double>(model.rankings.size());
}

class OrderComparer {
 public:
  OrderComparer(const Subset& subset, std::span<Job*> jobs) : subset_(subset) {
    const Pair& pair = *subset.pair;
    for (const Job* job : jobs) {
      (job->asked->metric.id == MetricId::spearman ? numbers_ : scores_) = true;
    }
    if (scores_) {
      baseline_ = ranked(subset, pair.baseline);
      candidate_ = ranked(subset, pair.candidate);
    }
    if (numbers_) {
      forecasts_.emplace_back(of_rows(pair.truth, subset.rows));
      forecasts_.emplace_back(of_rows(pair.baseline.forecast, subset.rows));
      forecasts_.emplace_back(of_rows(pair.candidate.forecast, subset.rows));
    }
  }

  [[nodiscard]] std::pair<double, double> values(const Metric& metric, Weights weights) const {
    if (metric.id == MetricId::spearman) {
      return {spearman(forecasts_[0], forecasts_[1], weights),
              spearman(forecasts_[0], forecasts_[2], weights)};
    }
    return {area(metric, baseline_, weights), area(metric, candidate_, weights)};
  }

  // What one walk over the rows costs, in walks of a single ranking.
  [[nodiscard]] std::uint64_t walks() const {
    return 2 * std::max<std::uint64_t>(baseline_.rankings.size() + (numbers_ ? 3 : 0), 1);
  }

 private:
  const Subset& subset_;
  bool scores_ = false;
  bool numbers_ = false;
  RankedModel baseline_;
  RankedModel candidate_;
  std::vector<Ranking> forecasts_;  // truth, baseline, candidate
};

void by_delong(const Subset& subset, Job& job) {
  const Pair& pair = *subset.pair;
  const DeLong found =
      delong(of_rows(pair.baseline.scores[0], subset.rows),
             of_rows(pair.candidate.scores[0], subset.rows), is_class(subset, *pair.positive));
  if (std::isnan(found.variance_baseline) || std::isnan(found.variance_candidate)) {
    job.problem = "DeLong's test needs two rows of the positive class and two of the other";
    return;
  }
  Row& row = job.row;
  row.baseline = found.baseline;
  row.candidate = found.candidate;
  row.difference = found.candidate - found.baseline;
  row.test = "delong";
  conclude_from_error(subset, found.standard_error(), infinite_df, job);
}

}  // namespace

void compare_order(const Subset& subset, std::span<Job*> jobs) {
  std::vector<Job*> drawn;
  for (Job* job : jobs) {
    if (job->test == Test::delong) {
      by_delong(subset, *job);
    } else {
      drawn.push_back(job);
    }
  }
  if (drawn.empty()) {
    return;
  }
  const OrderComparer comparer(subset, drawn);
  const std::vector<std::uint16_t> once(subset.rows.size(), 1);
  std::vector<Job*> defined;
  for (Job* job : drawn) {
    std::tie(job->row.baseline, job->row.candidate) = comparer.values(job->asked->metric, once);
    job->row.difference = job->row.candidate - job->row.baseline;
    if (std::isnan(job->row.difference)) {
      job->problem = "the rows hold a single class, or numbers that are all the same";
    } else {
      defined.push_back(job);
    }
  }
  const WeightStatistic differences = [&](Weights weights, std::span<double> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto [base, cand] = comparer.values(defined[i]->asked->metric, weights);
      out[i] = cand - base;
    }
  };
  DrawPlan plan = subset.plan(part_order);
  const std::uint64_t affordable =
      row_budget / (std::max<std::uint64_t>(subset.rows.size(), 1) * comparer.walks());
  plan.draws =
      std::min(plan.draws,
               std::max(static_cast<std::uint32_t>(std::min<std::uint64_t>(affordable, UINT32_MAX)),
                        least_draws));
  DrawTable draws = bootstrap_weights(subset.rows.size(), defined.size(), differences, plan);
  for (std::size_t i = 0; i < defined.size(); ++i) {
    defined[i]->row.test = name_of(defined[i]->test);
    conclude_from_draws(subset, std::move(draws[i]), 0, *defined[i]);
  }
}

}  // namespace mlpipe::stages::regression
