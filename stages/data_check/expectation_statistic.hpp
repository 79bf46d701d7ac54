// A number taken from a column in one pass: least, greatest, mean, median, standard deviation, sum,
// distinct values. Pure.
#pragma once

#include "runner/base/error.hpp"
#include "stages/data_check/expectation.hpp"
#include "stages/data_check/expectation_column.hpp"
#include "stages/data_check/row_rule.hpp"

namespace mlpipe::stages::data_check {

// Sets rule.low to the aggregate. Error: the column has no such number.
[[nodiscard]] Status fill_statistic(RowRule& rule, const expect::Statistic& asked,
                                    const SuiteColumn& column);

}  // namespace mlpipe::stages::data_check
