#include "stages/data_check/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runner/base/text.hpp"
#include "stages/data_check/details.hpp"
#include "stages/data_check/judge.hpp"
#include "stages/data_check/metric.hpp"

namespace mlpipe::stages::data_check {
namespace {

using plan::Finding;
using plan::Outcome;

Finding malformed_finding(const Malformed& malformed, const std::string& table) {
  std::string lines;
  for (const Malformed::Line& line : malformed.sample) {
    lines += fmt::format("\n  line {}: {}", grouped(line.line), printable(line.why));
  }
  Finding finding;
  finding.title = "malformed lines";
  finding.message =
      fmt::format("{}: {}{} line{} could not be read and {} left out of every other check{}{}",
                  table, malformed.more ? "at least " : "", grouped(malformed.lines),
                  malformed.lines == 1 ? "" : "s", malformed.lines == 1 ? "is" : "are",
                  malformed.encoding
                      ? "; the file is not in the declared encoding, try `csv: {encoding: latin-1}`"
                      : "",
                  lines);
  finding.file = table;
  finding.line =
      malformed.sample.empty() ? 0 : static_cast<std::uint32_t>(malformed.sample.front().line);
  return finding;
}

std::string plural(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

struct Tally {
  std::size_t passed = 0;
  std::size_t warned = 0;
  std::size_t failed = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;

  void add(CheckStatus status) {
    (status == CheckStatus::pass      ? passed
     : status == CheckStatus::warn    ? warned
     : status == CheckStatus::fail    ? failed
     : status == CheckStatus::skipped ? skipped
                                      : errors)++;
  }
  [[nodiscard]] Outcome outcome(bool malformed) const {
    return errors > 0                ? Outcome::errored
           : failed > 0 || malformed ? Outcome::failed
           : warned > 0              ? Outcome::warned
                                     : Outcome::passed;
  }
  [[nodiscard]] std::string summary(std::int64_t rows, const Malformed& malformed) const {
    std::string text =
        errors + failed + warned + skipped == 0 ? plural(passed, "check") + " passed" : "";
    const auto add = [&](std::size_t count, const char* what) {
      if (count > 0) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
      }
    };
    if (text.empty()) {
      add(errors, "could not be evaluated");
      add(failed, "failed");
      add(warned, "warned");
      add(passed, "passed");
      add(skipped, "skipped");
    }
    text += fmt::format(" on {} row{}", grouped(rows), rows == 1 ? "" : "s");
    return malformed.lines == 0
               ? text
               : text + fmt::format("; {} malformed line{}", grouped(malformed.lines),
                                    malformed.lines == 1 ? "" : "s");
  }
};

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return "pass";
    case Outcome::warned:
      return "warn";
    case Outcome::failed:
      return "fail";
    default:
      return "error";
  }
}

Finding::Level level_of(CheckStatus status) {
  return status == CheckStatus::skipped ? Finding::Level::note
         : status == CheckStatus::warn  ? Finding::Level::warning
                                        : Finding::Level::error;
}

// `files: {malformed: ...}` takes the place of the rule that malformed lines fail.
bool judges_malformed(const Config& config) {
  return std::any_of(config.checks.begin(), config.checks.end(), [](const Check& check) {
    const auto* files = std::get_if<Files>(&check.rule);
    return files != nullptr && files->malformed.any();
  });
}

// The metric of the check that an anomaly names.
double watched(const Config& config, const Measurement& measurement, const Check& check) {
  const auto* anomaly = std::get_if<Anomaly>(&check.rule);
  for (std::size_t i = 0; anomaly != nullptr && i < config.checks.size(); ++i) {
    if (config.checks[i].name == anomaly->of && measurement.checks[i].error.empty()) {
      const auto metric = metric_of(config.checks[i], measurement.checks[i]);
      return metric ? metric->kept() : std::nan("");
    }
  }
  return std::nan("");
}

}  // namespace

plan::StepResult report(const Config& config, const Measurement& measurement,
                        const std::string& table, std::int64_t now_ms, const History& history) {
  plan::StepResult result;
  Tally tally;
  std::vector<Judged> all;
  const Malformed& malformed = measurement.malformed;
  const bool tolerated = judges_malformed(config);
  if (malformed.lines > 0 && !tolerated) {
    result.findings.push_back(malformed_finding(malformed, table));
  }
  for (std::size_t i = 0; i < config.checks.size(); ++i) {
    const Check& check = config.checks[i];
    const Measured& measured = measurement.checks[i];
    const Circumstances around{measurement.rows, now_ms, &history,
                               watched(config, measurement, check)};
    Judged judged{judge(check, measured, around), {}};
    for (const Segment& segment : measured.segments) {
      judged.segments.push_back(judge_segment(check, segment.measured, around));
    }
    tally.add(judged.verdict.status);
    if (judged.verdict.status != CheckStatus::pass) {
      result.findings.push_back(
          {level_of(judged.verdict.status), check.name, judged.verdict.message, table, 0});
    }
    all.push_back(std::move(judged));
  }
  result.outcome = tally.outcome(malformed.lines > 0 && !tolerated);
  result.summary = tally.summary(measurement.rows, malformed);
  result.details = details_json(config, measurement, all, outcome_name(result.outcome), history);
  result.metrics = fmt::format("{{\"rows\":{}}}", measurement.rows);
  return result;
}

plan::StepResult report_unreadable(const Config& config, const Error& why,
                                   const std::string& table) {
  plan::StepResult result;
  result.outcome = Outcome::errored;
  result.summary = "the table could not be read: " + why.message;
  result.findings.push_back({Finding::Level::error, "table", why.message, table, 0});
  result.details = unreadable_json(config, why.message);
  return result;
}

}  // namespace mlpipe::stages::data_check
