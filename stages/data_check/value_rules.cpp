#include <fmt/format.h>

#include "stages/data_check/row_plan.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

using Made = Result<RowRule>;

Made make(const NotNull&, const Ground& ground, std::size_t column) {
  RowRule rule = rule_on(value_column(ground.table, column), ground);
  rule.missing_counts = true;
  rule.violated = rule.missing;
  return rule;
}

Made make(const IsNull&, const Ground& ground, std::size_t column) {
  RowRule rule = rule_on(value_column(ground.table, column), ground);
  rule.missing_counts = true;
  rule.violated = fmt::format("(NOT {})", rule.missing);
  return rule;
}

Made make(const Between& between, const Ground& ground, std::size_t column) {
  TRY(const Limited limited, limited_column(ground.table, column, between.limits));
  RowRule rule = rule_on(limited.column, ground);
  rule.violated = outside(limited, between.limits.strict);
  // Cast to text only once, not row by row.
  const char* before = limited.of_times ? "CAST(" : "";
  const char* after = limited.of_times ? " AS VARCHAR)" : "";
  rule.low = {before, fmt::format("min({})", limited.column.value), after};
  rule.high = {before, fmt::format("max({})", limited.column.value), after};
  return rule;
}

Made make(const AcceptedValues& accepted, const Ground& ground, std::size_t column) {
  TRY(const std::string holds, among(ground.table, column, accepted.values));
  RowRule rule = rule_on(value_column(ground.table, column), ground);
  rule.violated = fmt::format("(NOT {})", holds);
  return rule;
}

Made make(const ForbiddenValues& forbidden, const Ground& ground, std::size_t column) {
  TRY(const std::string holds, among(ground.table, column, forbidden.values));
  RowRule rule = rule_on(value_column(ground.table, column), ground);
  rule.violated = holds;
  return rule;
}

Made make(const Length& length, const Ground& ground, std::size_t column) {
  const std::string value = fmt::format("length({})", ground.table.text(column));
  RowRule rule = rule_on(text_column(ground.table, column), ground);
  const Bounds& bounds = length.bounds;
  std::string bad;
  const auto add = [&](const std::optional<double>& bound, const char* test) {
    if (bound) {
      bad += fmt::format("{}{} {} {}", bad.empty() ? "" : " OR ", value, test, *bound);
    }
  };
  add(bounds.equals, "<>");
  add(bounds.min, bounds.strict == Strict::min || bounds.strict == Strict::both ? "<=" : "<");
  add(bounds.max, bounds.strict == Strict::max || bounds.strict == Strict::both ? ">=" : ">");
  rule.violated = bad.empty() ? "false" : "(" + bad + ")";
  rule.low = {"", fmt::format("min({})", value), ""};
  rule.high = {"", fmt::format("max({})", value), ""};
  return rule;
}

Made make(const Freshness&, const Ground& ground, std::size_t column) {
  TRY(const ColumnSql sql, time_column(ground.table, column));
  RowRule rule = rule_on(sql, ground);
  rule.high = {"CAST(epoch_ms(",
               fmt::format("max(CASE WHEN isfinite({0}) THEN {0} END)", sql.value), ") AS BIGINT)"};
  return rule;
}

Made make(const MixedTypes&, const Ground& ground, std::size_t column) {
  RowRule rule = rule_on(text_column(ground.table, column), ground);
  rule.violated = fmt::format("(TRY_CAST({} AS DOUBLE) IS NOT NULL)", ground.table.text(column));
  return rule;
}

}  // namespace

Result<std::optional<RowRule>> value_rule(const Ground& ground) {
  if (std::holds_alternative<RowCount>(ground.check.rule)) {
    RowRule rule;
    rule.scope = ground.scope;
    return rule;
  }
  return std::visit(
      [&](const auto& one) -> Result<std::optional<RowRule>> {
        using One = std::decay_t<decltype(one)>;
        if constexpr (requires(std::size_t column) { make(one, ground, column); }) {
          TRY(const std::size_t column, only_column(ground));
          TRY(RowRule rule, make(one, ground, column));
          rule.value =
              std::is_same_v<One, Length> ? ground.table.text(column) : ground.table.value(column);
          return rule;
        } else {
          return std::optional<RowRule>{};
        }
      },
      ground.check.rule);
}

}  // namespace mlpipe::stages::data_check
