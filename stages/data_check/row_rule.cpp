#include "stages/data_check/row_rule.hpp"

#include <fmt/format.h>

namespace mlpipe::stages::data_check {
namespace {

std::string filtered(const Extreme& extreme, const std::string& condition) {
  return extreme.call.empty() ? "NULL"
                              : fmt::format("{}{} FILTER (WHERE {}){}", extreme.before,
                                            extreme.call, condition, extreme.after);
}

std::string count(const std::string& condition) {
  return condition == "true" ? std::string("count(*)")
                             : fmt::format("count(*) FILTER (WHERE {})", condition);
}

std::string count_unless_false(const std::string& part, const std::string& condition) {
  return part == "false" ? std::string("CAST(0 AS BIGINT)") : count(condition);
}

}  // namespace

// Considered: in scope, and not missing unless missing values count.
std::string considered(const RowRule& rule) {
  return rule.missing_counts || rule.missing == "false"
             ? rule.scope
             : fmt::format("{} AND NOT {}", rule.scope, rule.missing);
}

std::string violation(const RowRule& rule) {
  return fmt::format("({} AND {})", considered(rule), rule.violated);
}

std::string unusable(const RowRule& rule) {
  return fmt::format("({} AND {})", considered(rule), rule.unusable);
}

std::vector<std::string> aggregates(const RowRule& rule) {
  const std::string in_scope = considered(rule);
  return {count(in_scope),
          count_unless_false(rule.violated, violation(rule)),
          count_unless_false(rule.missing, fmt::format("{} AND {}", rule.scope, rule.missing)),
          count_unless_false(rule.unusable, unusable(rule)),
          filtered(rule.low, in_scope),
          filtered(rule.high, in_scope)};
}

std::int64_t take_aggregates(std::span<const port::Cell> cells, Measured& measured) {
  measured.considered = count_of(cells[0]);
  measured.violations = count_of(cells[1]);
  measured.missing = count_of(cells[2]);
  measured.low = cells[4];
  measured.high = cells[5];
  return count_of(cells[3]);
}

std::string numbered(const std::string& rows) {
  return fmt::format("(SELECT *, row_number() OVER () AS {} FROM {})", row_number_name, rows);
}

std::string sample_query(const RowRule& rule, const std::string& rows, const std::string& condition,
                         std::size_t limit) {
  // The number is given below the condition: a filter that reached the scan would number only the
  // rows it lets through.
  if (!rule.derive) {
    return fmt::format(
        "SELECT row, value FROM (SELECT row_number() OVER () AS row, coalesce({}, false) AS bad, "
        "{} AS value FROM {}) WHERE bad LIMIT {}",
        condition, rule.value, rows, limit);
  }
  return fmt::format(
      "SELECT row, value FROM (SELECT {} AS row, coalesce({}, false) AS bad, {} AS value FROM {}) "
      "WHERE bad ORDER BY row LIMIT {}",
      row_number_name, condition, rule.value, rule.derive(numbered(rows)), limit);
}

}  // namespace mlpipe::stages::data_check
