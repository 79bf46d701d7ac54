#include "stages/regression/gate_files.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "stages/regression/judge_pair.hpp"
#include "stages/regression/predictions.hpp"

namespace mlpipe::stages::regression {
namespace {

Asked plain(const char* name, const Evidence& evidence) {
  Asked asked;
  asked.metric = *metric_named(name);
  asked.margin = evidence.margin;
  asked.test = evidence.test;
  return asked;
}

Status choose_metrics(const GateFiles& files, Evidence& evidence, const ReadOptions& options,
                      Host& host) {
  TRY(const auto needs, needs_of_data(files.candidate.front(), evidence.columns, options, host));
  if (needs.contains(Need::numbers)) {
    evidence.metrics = {plain("mae", evidence), plain("rmse", evidence)};
    return {};
  }
  evidence.metrics = {plain("accuracy", evidence)};
  if (needs.contains(Need::class_scores)) {
    evidence.metrics.push_back(plain("roc_auc", evidence));
  }
  return {};
}

Wanted wanted_of(const Evidence& evidence) {
  Wanted wanted;
  wanted.columns = evidence.columns;
  wanted.slices = evidence.slices;
  for (const Asked& asked : evidence.metrics) {
    wanted.needs.insert(asked.metric.need);
    const bool known =
        asked.by.empty() || std::any_of(wanted.slices.begin(), wanted.slices.end(),
                                        [&](const SliceBy& one) { return one.name == asked.by; });
    if (!known) {
      wanted.slices.push_back({asked.by, asked.by, {}, {}});
    }
  }
  return wanted;
}

// Of metrics that nobody named, those that the classes do not allow.
void drop_unfit(const Pair& pair, Evidence& evidence, std::vector<std::string>& notes) {
  if (pair.candidate.scores.size() == 1 && (!pair.positive || pair.classes.size() > 2)) {
    const auto removed = std::erase_if(
        evidence.metrics, [](const Asked& asked) { return asked.metric.id == MetricId::roc_auc; });
    if (removed > 0) {
      notes.emplace_back(
          "roc_auc is left out: which class the score belongs to is not known; name the positive "
          "class, or a score for each class");
    }
  }
}

}  // namespace

Result<Answer> judge_files(const GateFiles& files, Evidence& evidence, const ReadOptions& options,
                           Host& host) {
  if (files.baseline.size() != 1 || files.candidate.size() != 1) {
    return fail(Code::usage,
                "one file of predictions a side: several, one a seed, are not judged yet; see "
                "docs/not-yet.md");
  }
  const bool chosen = evidence.metrics.empty();
  if (chosen) {
    TRY_OK(choose_metrics(files, evidence, options, host));
  }
  for (const Asked& asked : evidence.metrics) {
    if (asked.metric.family == Family::fairness && asked.by.empty()) {
      return fail(Code::usage,
                  fmt::format("{} compares groups of rows: name the column of the groups",
                              asked.metric.name));
    }
  }
  const Wanted wanted = wanted_of(evidence);
  TRY(const Pair pair,
      read_pair(files.baseline.front(), files.candidate.front(), wanted, options, host));
  std::vector<std::string> notes;
  if (chosen) {
    drop_unfit(pair, evidence, notes);
  }
  TRY(Answer answer, judge_pair(pair, evidence, options.threads));
  answer.notes.insert(answer.notes.end(), notes.begin(), notes.end());
  return answer;
}

}  // namespace mlpipe::stages::regression
