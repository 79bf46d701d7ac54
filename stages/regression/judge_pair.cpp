#include "stages/regression/judge_pair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runner/base/text.hpp"
#include "stages/statistics/distributions.hpp"
#include "stages/statistics/draw_threads.hpp"
#include "stages/statistics/multiple_tests.hpp"

namespace mlpipe::stages::regression {
namespace {

constexpr std::uint64_t least_slice = 30;
constexpr std::uint64_t least_share = 100;  // 1 % of the rows

// Scores that must be probabilities, and classes that a metric needs.
Status fits(const Asked& asked, const Pair& pair) {
  const Metric& metric = asked.metric;
  const bool one_score = pair.candidate.scores.size() == 1;
  const bool two_sided = metric.family == Family::counts &&
                         metric.averaging == statistics::Averaging::one &&
                         (metric.id == MetricId::precision || metric.id == MetricId::recall ||
                          metric.id == MetricId::f1);
  const bool scored = metric.need == Need::class_scores && one_score;
  if ((two_sided || scored || metric.family == Family::fairness) && !pair.positive) {
    std::string classes;
    for (std::size_t i = 0; i < std::min<std::size_t>(pair.classes.size(), 8); ++i) {
      classes += (i == 0 ? "" : ", ") + printable(pair.classes[i]);
    }
    return fail(Code::usage,
                fmt::format("{} needs to know the positive class; the classes are {} (name it, {})",
                            metric.name, classes,
                            scored ? "or give a score for each class: CLASS=COLUMN"
                                   : fmt::format("or ask for {}_macro", metric.name)));
  }
  if (scored && pair.classes.size() > 2 && metric.family != Family::fairness) {
    return fail(Code::usage, fmt::format("{} over {} classes needs a score for each: CLASS=COLUMN",
                                         metric.name, pair.classes.size()));
  }
  const bool probability = metric.id == MetricId::log_loss || metric.id == MetricId::brier ||
                           metric.id == MetricId::ece || metric.id == MetricId::calibration_gap;
  for (const Model* model : {&pair.baseline, &pair.candidate}) {
    for (const auto& scores : probability ? model->scores : decltype(model->scores){}) {
      const auto bad = std::find_if(scores.begin(), scores.end(),
                                    [](double score) { return !(score >= 0 && score <= 1); });
      if (bad != scores.end()) {
        return fail(Code::invalid,
                    fmt::format("{} needs probabilities: row {} of the {} has the score {}",
                                metric.name, bad - scores.begin() + 1,
                                model == &pair.baseline ? "baseline" : "candidate", *bad));
      }
    }
  }
  return {};
}

void compare(const Subset& subset, std::vector<Job>& jobs) {
  using Compare = void (*)(const Subset&, std::span<Job*>);
  constexpr std::pair<Family, Compare> families[] = {{Family::counts, &compare_counts},
                                                     {Family::row_losses, &compare_rows},
                                                     {Family::calibration, &compare_calibration},
                                                     {Family::order, &compare_order},
                                                     {Family::fairness, &compare_fairness}};
  for (const auto& [family, compare_family] : families) {
    std::vector<Job*> own;
    for (Job& job : jobs) {
      const Family of = job.asked->metric.family;
      if (of == family || (of == Family::lists && family == Family::row_losses)) {
        own.push_back(&job);
      }
    }
    if (!own.empty()) {
      compare_family(subset, own);
    }
  }
}

class Judge {
 public:
  Judge(const Pair& pair, const Evidence& evidence, std::uint32_t threads)
      : pair_(pair), evidence_(evidence), threads_(threads) {
    least_ = evidence.min_rows.value_or(std::max(least_slice, pair.rows / least_share));
  }

  Result<Answer> run() {
    answer_.rows = pair_.rows;
    for (const Asked& asked : evidence_.metrics) {
      TRY_OK(fits(asked, pair_));
      TRY(const Test test, test_for(asked.metric, asked.test, pair_));
      tests_.push_back(test);
    }
    std::vector<std::uint32_t> all(pair_.rows);
    std::iota(all.begin(), all.end(), 0U);
    TRY_OK(judge_whole(all));
    for (const Partition& partition : pair_.slices) {
      judge_partition(partition);
    }
    if (is_same(pair_.baseline, pair_.candidate)) {
      take_as_same();
    }
    decide(answer_.metrics, evidence_);
    decide(answer_.slices, evidence_);
    worst_first();
    compare_predictions();
    answer_.verdict = verdict_of(answer_);
    return std::move(answer_);
  }

 private:
  std::vector<Job> jobs_for(std::string_view slice, std::uint64_t rows) const {
    std::vector<Job> jobs;
    for (std::size_t i = 0; i < evidence_.metrics.size(); ++i) {
      const Asked& asked = evidence_.metrics[i];
      const bool fairness = asked.metric.family == Family::fairness;
      if (fairness && !slice.empty()) {
        continue;  // of all rows only: it runs over the groups itself
      }
      Job job{&asked, tests_[i], {}, {}, {}};
      job.row.asked = &asked;
      job.row.slice = fairness ? "by " + asked.by : std::string(slice);
      job.row.rows = rows;
      job.row.test = name_of(tests_[i]);
      jobs.push_back(std::move(job));
    }
    return jobs;
  }

  Status judge_whole(std::span<const std::uint32_t> rows) {
    std::vector<Job> jobs = jobs_for("", rows.size());
    compare({&pair_, &evidence_, rows, 0, threads_, least_}, jobs);
    for (Job& job : jobs) {
      if (!job.problem.empty()) {
        return fail(Code::invalid,
                    fmt::format("{} cannot be computed: {}", job.asked->metric.name, job.problem));
      }
      if (!job.left_out.empty()) {
        answer_.unjudged.push_back({job.row.slice, job.asked->metric.name, 0,
                                    fmt::format("groups with fewer than {} rows: {}", least_,
                                                fmt::join(job.left_out, ", "))});
      }
      answer_.metrics.push_back(std::move(job.row));
    }
    return {};
  }

  [[nodiscard]] bool only_for_fairness(const std::string& name) const {
    return std::none_of(evidence_.slices.begin(), evidence_.slices.end(),
                        [&](const SliceBy& slice) { return slice.name == name; });
  }

  void judge_partition(const Partition& partition) {
    if (only_for_fairness(partition.name)) {
      return;
    }
    std::vector<std::vector<std::uint32_t>> rows(partition.values.size());
    for (std::uint32_t row = 0; row < pair_.rows; ++row) {
      if (partition.of_row[row] != no_word) {
        rows[partition.of_row[row]].push_back(row);
      }
    }
    std::vector<std::vector<Job>> judged(rows.size());
    const auto slices = static_cast<std::uint32_t>(rows.size());
    statistics::deal_draws(slices, threads_, [&](std::uint32_t from, std::uint32_t to) {
      for (std::uint32_t i = from; i < to; ++i) {
        if (rows[i].size() >= least_) {
          judged[i] = jobs_for(partition.names[i], rows[i].size());
          compare({&pair_, &evidence_, rows[i], stream_ + i, 1, least_}, judged[i]);
        }
      }
    });
    stream_ += slices;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      keep(partition.names[i], rows[i].size(), judged[i]);
    }
  }

  void keep(const std::string& slice, std::uint64_t rows, std::vector<Job>& jobs) {
    if (rows < least_) {
      answer_.unjudged.push_back({slice, "", rows, fmt::format("fewer than {} rows", least_)});
    }
    for (Job& job : jobs) {
      if (job.problem.empty()) {
        answer_.slices.push_back(std::move(job.row));
      } else {
        answer_.unjudged.push_back({slice, job.asked->metric.name, rows, job.problem});
      }
    }
  }

  static bool is_same(const Model& a, const Model& b) {
    // What a model does not predict is NaN on both sides.
    const auto equal = [](const std::vector<double>& x, const std::vector<double>& y) {
      return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](double one, double other) {
        return one == other || (std::isnan(one) && std::isnan(other));
      });
    };
    return a.predicted == b.predicted && equal(a.forecast, b.forecast) &&
           std::equal(a.scores.begin(), a.scores.end(), b.scores.begin(), b.scores.end(), equal);
  }

  // The same answers in every row are one model: there is no difference to be uncertain of.
  void take_as_same() {
    answer_.notes.emplace_back("every prediction is the same");
    for (std::vector<Row>* rows : {&answer_.metrics, &answer_.slices}) {
      for (Row& row : *rows) {
        row.interval = {0, 0};
      }
    }
  }

  void worst_first() {
    const auto rank = [](const Row& row) {
      return row.verdict == Verdict::fail ? 0 : row.verdict == Verdict::inconclusive ? 1 : 2;
    };
    std::stable_sort(answer_.slices.begin(), answer_.slices.end(), [&](const Row& a, const Row& b) {
      if (rank(a) != rank(b)) {
        return rank(a) < rank(b);
      }
      return a.asked->metric.sign() * a.difference < b.asked->metric.sign() * b.difference;
    });
  }

  // The two confusion matrices and the share of rows that the models answer differently.
  void compare_predictions() {
    const auto& base = pair_.baseline.predicted;
    const auto& cand = pair_.candidate.predicted;
    if (base.empty() || cand.empty()) {
      return;
    }
    constexpr std::size_t most_classes = 50;
    const std::size_t classes = pair_.classes.size();
    ConfusionTable table{pair_.classes, {}, {}};
    table.baseline.resize(classes <= most_classes ? classes * classes : 0);
    table.candidate.resize(table.baseline.size());
    std::uint64_t changed = 0;
    for (std::size_t row = 0; row < pair_.rows; ++row) {
      changed += base[row] != cand[row] ? 1U : 0U;
      if (!table.baseline.empty()) {
        ++table.baseline[pair_.label[row] * classes + base[row]];
        ++table.candidate[pair_.label[row] * classes + cand[row]];
      }
    }
    answer_.changed = static_cast<double>(changed) / static_cast<double>(pair_.rows);
    if (!table.baseline.empty()) {
      answer_.confusion = std::move(table);
    }
  }

  const Pair& pair_;
  const Evidence& evidence_;
  std::uint32_t threads_;
  std::uint64_t least_ = 0;
  std::uint64_t stream_ = 1;  // 0: all rows
  std::vector<Test> tests_;
  Answer answer_;
};

std::string number(double value) {
  return fmt::format("{:.4g}", value);
}

// The limits that need no baseline; empty where they hold.
std::string broken_bound(const Row& row) {
  const Asked& asked = *row.asked;
  if (!row.slice.empty() && asked.metric.family != Family::fairness) {
    return {};  // bounds are for all rows
  }
  const double slack = rounding_slack * std::abs(row.candidate);
  if (asked.min && row.candidate < *asked.min - slack) {
    return fmt::format("{} is {}, at least {} is asked for", asked.metric.name,
                       number(row.candidate), number(*asked.min));
  }
  if (asked.max && row.candidate > *asked.max + slack) {
    return fmt::format("{} is {}, at most {} is allowed", asked.metric.name, number(row.candidate),
                       number(*asked.max));
  }
  return {};
}

void decide_one(Row& row, const Evidence& evidence) {
  const double sign = row.asked->metric.sign();
  const double margin = row.asked->margin;
  const double worst = sign > 0 ? row.interval.low : -row.interval.high;
  const double slack =
      rounding_slack * std::max({std::abs(row.baseline), std::abs(row.candidate), margin});
  const bool beyond = sign * row.difference < -margin - slack;
  const std::string worse =
      margin == 0 ? "worse" : fmt::format("worse by more than {}", number(margin));
  const std::string moved =
      fmt::format("{} went from {} to {} ({:+.4g}, {:.4g} % interval {:+.4g} to {:+.4g})",
                  row.asked->metric.name, number(row.baseline), number(row.candidate),
                  row.difference, 100 * (1 - evidence.alpha), row.interval.low, row.interval.high);
  if (const std::string broken = broken_bound(row); !broken.empty()) {
    row.verdict = Verdict::fail;
    row.message = broken;
  } else if (beyond && row.adjusted <= evidence.alpha) {
    row.verdict = Verdict::fail;
    row.message = fmt::format("{}: {}", moved, worse);
  } else if (worst >= -margin - slack) {
    row.verdict = Verdict::pass;
    row.message = fmt::format("{}: not {}", moved, worse);
  } else {
    row.verdict = Verdict::inconclusive;
    row.message = fmt::format("{}: {} rows cannot tell whether it is {}; a change of {} would show",
                              moved, row.rows, worse, number(row.detectable));
    if (row.p_worse <= evidence.alpha && beyond) {
      row.message += "; alone it would fail, not as one of several comparisons";
    }
  }
}

}  // namespace

Result<Answer> judge_pair(const Pair& pair, const Evidence& evidence, std::uint32_t threads) {
  return Judge(pair, evidence, threads).run();
}

void decide(std::vector<Row>& rows, const Evidence& evidence) {
  std::vector<double> p_values;
  for (const Row& row : rows) {
    p_values.push_back(row.p_worse);
  }
  const std::vector<double> adjusted =
      evidence.correction == Correction::holm ? statistics::holm(p_values) : p_values;
  const double reach = statistics::normal_quantile(1 - evidence.alpha / 2) +
                       statistics::normal_quantile(evidence.power);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].adjusted = adjusted[i];
    rows[i].detectable = reach * rows[i].standard_error;
    decide_one(rows[i], evidence);
  }
}

Verdict verdict_of(const Answer& answer) {
  const auto any = [](const std::vector<Row>& rows, Verdict verdict) {
    return std::any_of(rows.begin(), rows.end(), [&](const Row& row) {
      return row.verdict == verdict && row.asked->severity == plan::Finding::Level::error;
    });
  };
  if (any(answer.metrics, Verdict::fail) || any(answer.slices, Verdict::fail)) {
    return Verdict::fail;
  }
  return any(answer.metrics, Verdict::inconclusive) ? Verdict::inconclusive : Verdict::pass;
}

}  // namespace mlpipe::stages::regression
