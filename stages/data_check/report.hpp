// Measurement and verdicts as a StepResult; its details are the contract of `mlpipe check --json`
// and of stored results.
//
//   {"version": 1, "status", "rows", "columns": [{"name", "type"}], "malformed": {...} where there
//   are any,
//    "checks": [{"name", "check", "column", "status", "severity", "owner"?, "measured",
//    "considered", "missing",
//                "violations", "sample": [{"row", "value"}], "message", "low"?, "high"?, "latest"?,
//                "latest_ms"?, "problems"?, "error"?}]}
//
// `measured` is the share of considered rows that hold the rule (0 to 1), the row count, the number
// of rows or the number that an SQL check returned, the number of problems of `columns`, or the
// newest time in milliseconds.
#pragma once

#include <string>
#include <string_view>

#include "runner/base/error.hpp"
#include "runner/plan/step.hpp"
#include "stages/data_check/config.hpp"
#include "stages/data_check/measure.hpp"

namespace mlpipe::stages::data_check {

[[nodiscard]] plan::StepResult report(const Config& config, const Measurement& measurement,
                                      const std::string& table, std::int64_t now_ms);

// The table itself could not be read: every check is an error.
[[nodiscard]] plan::StepResult report_unreadable(const Config& config, const Error& why,
                                                 const std::string& table);

// The numbers of a stored result (its details). corrupt: they do not belong to this configuration.
[[nodiscard]] Result<Measurement> measurement_from_details(const Config& config,
                                                           std::string_view stored);

}  // namespace mlpipe::stages::data_check
