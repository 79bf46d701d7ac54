// What every rule asks of the engine: from a check and its ground to the first of its rounds. Knows
// nothing of thresholds and messages.
#pragma once

#include <optional>

#include "stages/data_check/ask.hpp"
#include "stages/data_check/ground.hpp"

namespace mlpipe::stages::data_check {

// Error: the check does not fit the table; one sentence. Nothing was read.
[[nodiscard]] Result<Round> plan_check(const Ground& ground);

// Each takes the rules of its sort; nullopt: it is none of them.
[[nodiscard]] Result<std::optional<Round>> number_plan(const Ground& ground);  // of numbers
[[nodiscard]] Result<std::optional<Round>> distinct_plan(
    const Ground& ground);                                                    // of counts of values
[[nodiscard]] Result<std::optional<Round>> key_plan(const Ground& ground);    // of groups of rows
[[nodiscard]] Result<std::optional<Round>> pair_plan(const Ground& ground);   // of two columns
[[nodiscard]] Result<std::optional<Round>> json_plan(const Ground& ground);   // of JSON texts
[[nodiscard]] Result<std::optional<Round>> table_plan(const Ground& ground);  // of the table

}  // namespace mlpipe::stages::data_check
