// Rules and measured values in people's words. Pure.
#pragma once

#include <string>

#include "stages/data_check/config.hpp"
#include "stages/data_check/measure.hpp"

namespace mlpipe::stages::data_check {

// What the rows at fault are, behind "3 of 1,461 rows are": "above 50", "missing".
[[nodiscard]] std::string fault(const Check& check, const Measured& measured);
// "(rows 7, 19, 400: 51.2, 53, 60)", or nothing.
[[nodiscard]] std::string sample_text(const Check& check, const Measured& measured);
// "(rain: 641, sun: 640)", or nothing.
[[nodiscard]] std::string values_text(const Measured& measured);
// The columns, or the name of a check that has none.
[[nodiscard]] std::string subject(const Check& check);

[[nodiscard]] std::string grouped(std::int64_t number);  // 1,461
[[nodiscard]] std::string shown_cell(const port::Cell& cell);
[[nodiscard]] std::string shown_number(double value);  // 1,461 of a whole one

}  // namespace mlpipe::stages::data_check
