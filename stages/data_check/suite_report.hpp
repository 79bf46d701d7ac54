// The part of a stored check that belongs to Great Expectations: what its own validation results
// say, under its own names. Private to the reports of this room.
#pragma once

#include <nlohmann/json.hpp>

#include "stages/data_check/judge.hpp"
#include "stages/data_check/measure.hpp"

namespace mlpipe::stages::data_check {

// `json` holds the contract's fields already; some are made more exact, and Great Expectations' own
// are added.
void add_suite_fields(nlohmann::ordered_json& json, const Check& check, const Measured& measured,
                      const CheckVerdict& verdict);
// What add_suite_fields wrote, back into the numbers.
void read_suite_fields(const nlohmann::ordered_json& json, Measured& measured);

}  // namespace mlpipe::stages::data_check
