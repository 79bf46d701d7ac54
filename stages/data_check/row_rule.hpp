// A check that looks at single rows (or counts them), as SQL aggregates for the one fused SELECT of
// a table. Pure: from rule and columns to text.
#pragma once

#include <optional>
#include <string>

#include "runner/base/error.hpp"
#include "stages/data_check/config.hpp"
#include "stages/table/table.hpp"

namespace mlpipe::stages::data_check {

using table::Family;
using table::Table;

// An aggregate, and what is done to its one result; empty call: NULL. The filter goes between call
// and after.
struct Extreme {
  std::string before;
  std::string call;
  std::string after;
};

// SQL conditions and values; each is complete in itself.
struct RowRule {
  std::string scope = "true";      // rows that `where` lets through
  std::string missing = "false";   // of those: the value is missing
  std::string violated = "false";  // of the considered ones: the rule is broken
  std::string unusable = "false";  // of the considered ones: the value cannot be compared at all
  std::string value = "NULL";      // what a sample shows
  Extreme low;                     // the least and greatest value, or the newest
  Extreme high;
  bool missing_counts = false;  // not_null: missing values are considered, and violate
};

// The position of a column by its exact name; the message names the nearest one.
[[nodiscard]] Result<std::size_t> find_column(const Table& table, const std::string& name);

// nullopt: the rule is none of this sort (unique, primary_key, columns, sql).
// Error: the rule does not fit the column; one sentence.
[[nodiscard]] Result<std::optional<RowRule>> row_rule(const Check& check, const Table& table);

// "count(*) FILTER (...)" six times: considered, violated, missing, unusable, low, high.
inline constexpr std::size_t aggregates_per_rule = 6;
[[nodiscard]] std::string aggregates(const RowRule& rule);
// The rows that violate a rule: row number and value.
[[nodiscard]] std::string sample_query(const RowRule& rule, const Table& table,
                                       const std::string& condition, std::size_t limit);
// The condition for considered rows that violate the rule, or whose value is unusable.
[[nodiscard]] std::string violation(const RowRule& rule);
[[nodiscard]] std::string unusable(const RowRule& rule);
[[nodiscard]] std::string scope_of(const Check& check);

}  // namespace mlpipe::stages::data_check
