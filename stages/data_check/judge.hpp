// From measured numbers to verdicts: thresholds, zones, severities, empty sets, and the clock and
// the history where a rule asks for them. Pure: reads no data, so that a verdict can be taken anew
// from stored numbers.
#pragma once

#include <cstdint>
#include <string>

#include "stages/data_check/config.hpp"
#include "stages/data_check/history.hpp"
#include "stages/data_check/measure.hpp"
#include "stages/data_check/wording.hpp"

namespace mlpipe::stages::data_check {

enum class CheckStatus : std::uint8_t { pass, warn, fail, error, skipped };

struct CheckVerdict {
  CheckStatus status = CheckStatus::pass;
  std::string message;  // in people's words; also of a check that passed
};

// What a verdict may look at beside the measurement.
struct Circumstances {
  std::int64_t rows = 0;    // of the whole table
  std::int64_t now_ms = 0;  // the run's one clock, Unix time
  const History* history = nullptr;
  // Of the check that an anomaly watches; NaN: it could not be measured.
  double watched = 0;
};

// mostly: (considered - violations) / considered >= mostly, as in Great Expectations.
[[nodiscard]] CheckVerdict judge(const Check& check, const Measured& measured,
                                 const Circumstances& around);

// The same of the rows of one segment.
[[nodiscard]] CheckVerdict judge_segment(const Check& check, const Measured& segment,
                                         const Circumstances& around);

// Whether the verdict reads the clock or earlier runs.
[[nodiscard]] bool reads_circumstances(const Rule& rule);

[[nodiscard]] std::string_view status_name(CheckStatus status);

}  // namespace mlpipe::stages::data_check
