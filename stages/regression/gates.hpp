// Regression gates as a pure function: the candidate's metrics and the baseline's in, one verdict
// for each gate out. Knows nothing of files, git or where a baseline comes from.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/plan/metrics.hpp"
#include "runner/plan/step.hpp"

namespace mlpipe::stages::regression {

enum class Direction : std::uint8_t { higher_is_better, lower_is_better };
enum class OnMissing : std::uint8_t { pass, warn, fail };

struct Gate {
  std::string metric;
  Direction direction = Direction::higher_is_better;
  std::optional<double>
      max_drop;  // how much worse than the baseline, in the metric's unit; 0: never worse
  std::optional<double> max_drop_relative;  // the same as a share of the baseline's absolute value
  std::optional<double> min;
  std::optional<double> max;
  plan::Finding::Level severity = plan::Finding::Level::error;

  [[nodiscard]] bool compares() const { return max_drop || max_drop_relative; }
};

struct CandidateFile {
  std::string path;
  plan::Metrics metrics;
};

struct Baseline {
  std::string source;  // "git", "path", "run", "blessed", "deployed"
  std::string id;
  std::string name;                   // for people: "main at 0f3a9c21b7d4"
  std::vector<plan::Metric> metrics;  // sorted by name
  // The last explicit blessing, where that is another result.
  std::string blessing_id;
  std::vector<plan::Metric> since_blessing;
};

enum class GateStatus : std::uint8_t { passed, warned, failed, errored, skipped };

struct GateResult {
  const Gate* gate = nullptr;
  std::optional<plan::Spread> candidate;
  std::optional<double> baseline;
  std::optional<double> since_blessing;  // candidate less the blessed value
  GateStatus status = GateStatus::passed;
  std::string message;  // one sentence for people
};

struct Comparison {
  std::span<const CandidateFile> candidate;
  const Baseline* baseline = nullptr;  // nullptr: none
  std::string baseline_note;           // why there is none, or which one was looked for
  OnMissing on_missing = OnMissing::warn;
};

// Two numbers this close, measured by the larger of them, are the same: 0.861 - 0.851 is not
// exactly 0.01.
inline constexpr double rounding_slack = 1e-12;

[[nodiscard]] GateResult judge(const Gate& gate, const Comparison& comparison);

// "max_drop 0.01, min 0.75".
[[nodiscard]] std::string limits_text(const Gate& gate);

}  // namespace mlpipe::stages::regression
