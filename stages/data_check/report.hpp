// Measurement and verdicts as a StepResult; its details are the contract of `mlpipe check --json`
// and of stored results.
//
//   {"version": 1, "status", "rows", "columns": [{"name", "type"}], "malformed"?,
//    "checks": [{"name", "check", "column", "status", "severity", "owner"?, "measured", "metric",
//      "considered", "missing", "violations", "sample": [{"row", "value"}], "message", "low"?,
//      "high"?, "latest_ms"?, "problems"?, "values"?: [{"value", "rows"}], "numbers"?, "error"?,
//      "segments"?: [{"segment", "status", ... as above}]}],
//    "history"?: {check: [metrics of earlier runs, oldest first]}}
//
// `measured` is the share of considered rows that hold the rule (0 to 1), or the number that the
// rule is about; `metric` is what thresholds and later runs look at.
#pragma once

#include <string>
#include <string_view>

#include "runner/base/error.hpp"
#include "runner/plan/step.hpp"
#include "stages/data_check/config.hpp"
#include "stages/data_check/history.hpp"
#include "stages/data_check/measure.hpp"

namespace mlpipe::stages::data_check {

[[nodiscard]] plan::StepResult report(const Config& config, const Measurement& measurement,
                                      const std::string& table, std::int64_t now_ms,
                                      const History& history);

// The table itself could not be read: every check is an error.
[[nodiscard]] plan::StepResult report_unreadable(const Config& config, const Error& why,
                                                 const std::string& table);

}  // namespace mlpipe::stages::data_check
