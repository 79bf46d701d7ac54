// An expectation on single rows, or on a number that one pass yields, as a RowRule: it joins the
// one fused SELECT of a table. Pure: from what is asked and the columns to SQL.
#pragma once

#include <optional>

#include "runner/base/error.hpp"
#include "stages/data_check/config.hpp"
#include "stages/data_check/expectation_column.hpp"
#include "stages/data_check/row_rule.hpp"

namespace mlpipe::stages::data_check {

// nullopt: what is asked needs more than one pass, see expectation_measure.hpp.
// Error: it cannot be evaluated on this table; one sentence.
[[nodiscard]] Result<std::optional<RowRule>> expectation_rule(const Check& check,
                                                              const Expectation& expectation,
                                                              const table::Table& table);

// The columns that it names.
[[nodiscard]] Result<std::vector<SuiteColumn>> suite_columns(const Check& check,
                                                             const table::Table& table);
// Scope, ignored rows and shown values; nothing is violated yet.
[[nodiscard]] RowRule base_rule(const Check& check, IgnoreRows ignore,
                                const std::vector<SuiteColumn>& columns);
// Error unless the column holds numbers, booleans or nothing.
[[nodiscard]] Status need_numbers(const SuiteColumn& column);
[[nodiscard]] Status need_texts(const SuiteColumn& column);

}  // namespace mlpipe::stages::data_check
