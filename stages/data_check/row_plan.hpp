// From a rule on rows to its SQL conditions: one function for each sort of rule. Pure: reads
// columns, no data.
#pragma once

#include <optional>

#include "stages/data_check/ground.hpp"
#include "stages/data_check/row_rule.hpp"

namespace mlpipe::stages::data_check {

// nullopt: the rule is none of this sort. Error: it does not fit the column; one sentence.
[[nodiscard]] Result<std::optional<RowRule>> value_rule(const Ground& ground);   // of one value
[[nodiscard]] Result<std::optional<RowRule>> text_rule(const Ground& ground);    // of one text
[[nodiscard]] Result<std::optional<RowRule>> record_rule(const Ground& ground);  // across columns
[[nodiscard]] Result<std::optional<RowRule>> neighbour_rule(const Ground& ground);
[[nodiscard]] Result<std::optional<RowRule>> relation_rule(const Ground& ground);

// The first of them that takes the rule.
[[nodiscard]] Result<std::optional<RowRule>> row_rule(const Ground& ground);

// Considered, violated, then a sample where the verdict would show one.
[[nodiscard]] Round row_round(RowRule rule, const Ground& ground);

// Only considered, missing and unusable: for rules whose metric is a number. Unusable values are an
// error, and `next` is asked only where there are none.
[[nodiscard]] Round counted_round(RowRule rule, const Ground& ground,
                                  std::function<Result<Round>()> next = {});

// The start of every rule on one column.
[[nodiscard]] RowRule rule_on(const ColumnSql& column, const Ground& ground);
// The first column as a sample shows it.
[[nodiscard]] std::string plain_value(const Ground& ground);
[[nodiscard]] Result<std::size_t> only_column(const Ground& ground);

}  // namespace mlpipe::stages::data_check
