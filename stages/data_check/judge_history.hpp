// Verdicts that look at earlier runs: change and anomaly. Pure.
#pragma once

#include "stages/data_check/judge.hpp"

namespace mlpipe::stages::data_check {

[[nodiscard]] CheckVerdict by_change(const Check& check, const RowCountChange& rule,
                                     const Measured& measured, const Circumstances& around);
[[nodiscard]] CheckVerdict by_anomaly(const Check& check, const Anomaly& rule,
                                      const Circumstances& around);

}  // namespace mlpipe::stages::data_check
