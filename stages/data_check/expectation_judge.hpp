// The verdict on one expectation from its measured numbers, by Great Expectations' rules. Pure.
#pragma once

#include "stages/data_check/config.hpp"
#include "stages/data_check/judge.hpp"
#include "stages/data_check/measure.hpp"

namespace mlpipe::stages::data_check {

// The measured carries no error.
[[nodiscard]] CheckVerdict judge_expectation(const Check& check, const Expectation& expectation,
                                             const Measured& measured);

// Whether its verdict is taken from the share of rows that hold.
[[nodiscard]] bool counts_rows(const Expected& asked);

}  // namespace mlpipe::stages::data_check
