// A rule that single rows hold or break, as SQL conditions and as the aggregates that count them.
// Pure text; which rule it comes from it does not know.
#pragma once

#include <functional>
#include <string>

#include "runner/base/error.hpp"
#include "stages/data_check/ask.hpp"
#include "stages/data_check/column_sql.hpp"
#include "stages/data_check/measure.hpp"

namespace mlpipe::stages::data_check {

// An aggregate, and what is done to its one result; empty call: NULL. The filter goes between call
// and after.
struct Extreme {
  std::string before;
  std::string call;
  std::string after;
};

// SQL conditions and values; each is complete in itself.
struct RowRule {
  std::string scope = "true";      // rows that `where` and the segment let through
  std::string missing = "false";   // of those: the value is missing
  std::string violated = "false";  // of the considered ones: the rule is broken
  std::string unusable = "false";  // of the considered ones: the value cannot be compared at all
  std::string wanted;              // what an unusable value is not: "number"
  std::string value = "NULL";      // what a sample shows
  Extreme low;                     // the least and greatest value, or the newest
  Extreme high;
  bool missing_counts = false;  // not_null: missing values are considered, and violate
  // From the relation of the rows to one with more columns (a neighbour, a match in another table);
  // empty: the rows as they are. Whole rows pass, each once.
  std::function<std::string(const std::string&)> derive;
};

// "count(*) FILTER (...)" six times: considered, violated, missing, unusable, low, high.
inline constexpr std::size_t aggregates_per_rule = 6;
[[nodiscard]] std::vector<std::string> aggregates(const RowRule& rule);
// Considered, violations, missing, low and high; returns the number of unusable values.
[[nodiscard]] std::int64_t take_aggregates(std::span<const port::Cell> cells, Measured& measured);

// The first rows, in file order, that violate a rule: row number and value.
[[nodiscard]] std::string sample_query(const RowRule& rule, const std::string& rows,
                                       const std::string& condition, std::size_t limit);
// The rows numbered in file order, from 1, as "mlpipe.row".
[[nodiscard]] std::string numbered(const std::string& rows);
inline constexpr const char* row_number_name = "\"mlpipe.row\"";

// The condition for considered rows that violate the rule, or whose value is unusable.
[[nodiscard]] std::string considered(const RowRule& rule);
[[nodiscard]] std::string violation(const RowRule& rule);
[[nodiscard]] std::string unusable(const RowRule& rule);

}  // namespace mlpipe::stages::data_check
