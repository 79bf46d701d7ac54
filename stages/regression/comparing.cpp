#include "stages/regression/comparing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "stages/statistics/distributions.hpp"

namespace mlpipe::stages::regression {
namespace {

using namespace statistics;

std::vector<Test> tests_of(const Metric& metric, const Pair& pair) {
  switch (metric.family) {
    case Family::counts:
      return metric.id == MetricId::accuracy
                 ? std::vector<Test>{Test::mcnemar,   Test::mcnemar_exact, Test::mcnemar_chi2,
                                     Test::bootstrap, Test::bca,           Test::permutation}
                 : std::vector<Test>{Test::bootstrap, Test::bca, Test::permutation};
    case Family::row_losses:
    case Family::lists:
      return metric.is_mean() ? std::vector<Test>{Test::bootstrap, Test::bca, Test::permutation,
                                                  Test::t, Test::wilcoxon}
                              : std::vector<Test>{Test::bootstrap, Test::bca, Test::permutation};
    case Family::calibration:
      return {Test::bootstrap, Test::bca};
    case Family::order:
      return metric.id == MetricId::roc_auc && pair.candidate.scores.size() == 1
                 ? std::vector<Test>{Test::delong, Test::bootstrap}
                 : std::vector<Test>{Test::bootstrap};
    case Family::fairness:
      return {Test::bootstrap, Test::bca};
  }
  return {};
}

double doubled(double tail) {
  return std::min(1.0, 2 * tail);
}

}  // namespace

DrawPlan Subset::plan(std::uint64_t part) const {
  constexpr std::uint64_t parts = 16;  // families of one subset
  return {evidence->draws, evidence->seed, stream * parts + part, threads};
}

Result<Test> test_for(const Metric& metric, Test test, const Pair& pair) {
  const std::vector<Test> fitting = tests_of(metric, pair);
  if (test == Test::automatic) {
    return fitting.front();
  }
  if (std::find(fitting.begin(), fitting.end(), test) != fitting.end()) {
    return test;
  }
  std::string names;
  for (const Test one : fitting) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name_of(one));
  }
  return fail(Code::usage, fmt::format("{} cannot be tested by {}; it can by {}", metric.name,
                                       name_of(test), names));
}

void conclude_from_draws(const Subset& subset, std::vector<double> draws, double acceleration,
                         Job& job) {
  const std::size_t before = draws.size();
  std::erase_if(draws, [](double value) { return std::isnan(value); });
  if (draws.size() * 2 < before || draws.empty()) {
    job.problem = "most resamples hold no row that the metric needs";
    return;
  }
  Row& row = job.row;
  row.draws = static_cast<std::uint32_t>(draws.size());
  const Bend bend = job.test == Test::bca ? bend_of(draws, row.difference, acceleration) : Bend{};
  const double alpha = subset.evidence->alpha;
  const DrawDistribution drawn(std::move(draws), bend);
  row.standard_error = drawn.standard_error();
  row.interval = {drawn.quantile(alpha / 2), drawn.quantile(1 - alpha / 2)};
  row.p_value = doubled(std::min(drawn.tail_below(0), drawn.tail_above(0)));
  const double margin = job.asked->margin;
  row.p_worse = doubled(job.asked->metric.direction == Direction::higher_is_better
                            ? drawn.tail_above(-margin)
                            : drawn.tail_below(margin));
}

void conclude_from_sample(const Subset& subset, const Sample& sample, const Statistic& differences,
                          std::uint64_t part, std::span<Job*> jobs) {
  if (jobs.empty()) {
    return;
  }
  const bool bent =
      std::any_of(jobs.begin(), jobs.end(), [](const Job* job) { return job->test == Test::bca; });
  DrawTable draws = bootstrap(sample, jobs.size(), differences, subset.plan(part));
  const std::vector<double> bends = bent ? accelerations(sample, jobs.size(), differences)
                                         : std::vector<double>(jobs.size(), 0.0);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    jobs[i]->row.test = name_of(jobs[i]->test);
    conclude_from_draws(subset, std::move(draws[i]), bends[i], *jobs[i]);
  }
}

void conclude_from_error(const Subset& subset, double standard_error, double df, Job& job) {
  Row& row = job.row;
  const double level = 1 - subset.evidence->alpha / 2;
  const bool normal = df == infinite_df;
  const double reach = normal ? normal_quantile(level) : student_t_quantile(level, df);
  row.standard_error = standard_error;
  row.interval = {row.difference - reach * standard_error, row.difference + reach * standard_error};
  const double beyond = job.asked->metric.sign() * row.difference + job.asked->margin;
  if (standard_error == 0) {
    row.p_value = row.difference == 0 ? 1 : 0;
    row.p_worse = beyond < 0 ? 0 : 1;
    return;
  }
  const double z = row.difference / standard_error;
  const double z_worse = beyond / standard_error;
  row.p_value = normal ? normal_two_sided(z) : student_t_two_sided(z, df);
  row.p_worse = doubled(normal ? normal_cdf(z_worse) : student_t_cdf(z_worse, df));
}

void take_p_value(double two_sided, double low, double high, Job& job) {
  job.row.p_value = two_sided;
  if (job.asked->margin == 0) {
    job.row.p_worse =
        doubled(job.asked->metric.direction == Direction::higher_is_better ? low : high);
  }
}

}  // namespace mlpipe::stages::regression
