// From measured numbers to verdicts: thresholds, severities, empty sets, and the clock where
// freshness asks for it. Pure: reads no data, so that a verdict can be taken anew from stored
// numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stages/data_check/config.hpp"
#include "stages/data_check/measure.hpp"

namespace mlpipe::stages::data_check {

enum class CheckStatus : std::uint8_t { pass, warn, fail, error, skipped };

struct CheckVerdict {
  CheckStatus status = CheckStatus::pass;
  std::string message;  // in people's words; also of a check that passed
};

// mostly: (considered - violations) / considered >= mostly, as in Great Expectations.
// `now_ms` is the run's one clock, Unix time.
[[nodiscard]] CheckVerdict judge(const Check& check, const Measured& measured, std::int64_t rows,
                                 std::int64_t now_ms);

[[nodiscard]] std::string_view status_name(CheckStatus status);
[[nodiscard]] std::string grouped(std::int64_t number);  // 1,461
[[nodiscard]] std::string shown_cell(const port::Cell& cell);

}  // namespace mlpipe::stages::data_check
