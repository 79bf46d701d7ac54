// A range of numbers, texts or times as a condition on a column. Pure.
#pragma once

#include <string>

#include "runner/base/error.hpp"
#include "stages/data_check/expectation_column.hpp"

namespace mlpipe::stages::data_check {

struct RangeSql {
  std::string value;               // what is compared
  std::string outside = "false";   // the value lies outside
  std::string unusable = "false";  // it cannot be compared: a text that is no time
};

// Error: the column and the limits are of different kinds; one sentence.
[[nodiscard]] Result<RangeSql> range_sql(const Limits& limits, const SuiteColumn& column);

// "(x < 1 OR x > 5)" of numbers; "false" without limits.
[[nodiscard]] std::string outside_sql(const Limits& limits, const std::string& value);

// Every limit there is reads as a date.
[[nodiscard]] bool are_times(const Limits& limits);

}  // namespace mlpipe::stages::data_check
