// Measured numbers and their verdicts as JSON, and the numbers back: what a stored result keeps so
// that a verdict can be taken anew. Knows nothing of outcomes of a whole stage.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"
#include "stages/data_check/config.hpp"
#include "stages/data_check/history.hpp"
#include "stages/data_check/judge.hpp"
#include "stages/data_check/measure.hpp"

namespace mlpipe::stages::data_check {

struct Judged {
  CheckVerdict verdict;
  std::vector<CheckVerdict> segments;  // parallel to Measured::segments
};

// `judged` is parallel to the checks.
[[nodiscard]] std::string details_json(const Config& config, const Measurement& measurement,
                                       const std::vector<Judged>& judged, std::string_view status,
                                       const History& history);
// Every check is an error.
[[nodiscard]] std::string unreadable_json(const Config& config, const std::string& why);

// The numbers of a stored result (its details). corrupt: they do not belong to this configuration.
[[nodiscard]] Result<Measurement> measurement_from_details(const Config& config,
                                                           std::string_view stored);

}  // namespace mlpipe::stages::data_check
