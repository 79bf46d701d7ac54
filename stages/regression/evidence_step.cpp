#include "stages/regression/evidence_step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "runner/plan/metrics.hpp"

namespace mlpipe::stages::regression {
namespace {

using plan::Finding;
using plan::Outcome;

Finding::Level level_of(const Row& row, const Evidence& evidence) {
  const bool only_warns = row.asked->severity == Finding::Level::warning;
  if (row.verdict == Verdict::fail) {
    return only_warns ? Finding::Level::warning : Finding::Level::error;
  }
  if (!row.slice.empty() && row.asked->by.empty()) {
    return Finding::Level::note;  // a slice too small to tell does not decide
  }
  switch (evidence.on_inconclusive) {
    case OnInconclusive::fail:
      return only_warns ? Finding::Level::warning : Finding::Level::error;
    case OnInconclusive::warn:
      return Finding::Level::warning;
    case OnInconclusive::pass:
      break;
  }
  return Finding::Level::note;
}

void add_findings(const std::vector<Row>& rows, const Evidence& evidence, EvidenceResult& result) {
  for (const Row& row : rows) {
    if (row.verdict == Verdict::pass) {
      continue;
    }
    const Finding::Level level = level_of(row, evidence);
    if (level == Finding::Level::note && !row.slice.empty()) {
      continue;  // stands in the details
    }
    const std::string title = row.slice.empty()
                                  ? row.asked->metric.name
                                  : fmt::format("{} [{}]", row.asked->metric.name, row.slice);
    result.findings.push_back({level, title, row.message, "", 0});
  }
}

Outcome outcome_of(const std::vector<Finding>& findings) {
  const auto any = [&](Finding::Level level) {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& finding) { return finding.level == level; });
  };
  return any(Finding::Level::error)     ? Outcome::failed
         : any(Finding::Level::warning) ? Outcome::warned
                                        : Outcome::passed;
}

std::string summary_of(const Answer& answer, const EvidenceResult& result) {
  for (const auto& [level, word] :
       {std::pair{Finding::Level::error, "failed"}, std::pair{Finding::Level::warning, "warned"}}) {
    for (const Finding& finding : result.findings) {
      if (finding.level == level) {
        return fmt::format("{} on {} rows: {}", word, answer.rows, finding.message);
      }
    }
  }
  return fmt::format("{} metric{} held on {} rows: {}", answer.metrics.size(),
                     answer.metrics.size() == 1 ? "" : "s", answer.rows,
                     answer.metrics.front().message);
}

// By the metric's name; with its groups where it has some, since several may ask for the same.
std::vector<plan::Metric> metrics_of(const Answer& answer) {
  std::map<std::string, double> sorted;
  for (const Row& row : answer.metrics) {
    const std::string& by = row.asked->by;
    sorted[by.empty() ? row.asked->metric.name : row.asked->metric.name + "." + by] = row.candidate;
  }
  std::vector<plan::Metric> metrics;
  for (const auto& [name, value] : sorted) {
    metrics.push_back({name, value});
  }
  return metrics;
}

}  // namespace

EvidenceResult judge_evidence(const GateFiles& files, Evidence evidence,
                              const plan::StepInput& input, Host& host) {
  EvidenceResult result;
  const auto answer =
      judge_files(files, evidence, {input.root, input.scratch, input.threads, input.memory}, host);
  if (!answer) {
    result.outcome = Outcome::errored;
    result.summary = "the predictions cannot be judged: " + answer.error().message;
    result.findings.push_back({Finding::Level::error, "evidence", result.summary, "", 0});
    return result;
  }
  add_findings(answer->metrics, evidence, result);
  add_findings(answer->slices, evidence, result);
  for (const Unjudged& one : answer->unjudged) {
    result.findings.push_back({Finding::Level::note, one.slice, "not judged: " + one.why, "", 0});
  }
  result.outcome = outcome_of(result.findings);
  result.summary = summary_of(*answer, result);
  result.metrics = metrics_of(*answer);
  result.details = to_json(*answer, evidence);
  return result;
}

}  // namespace mlpipe::stages::regression
