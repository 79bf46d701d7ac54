#include <fmt/format.h>

#include "stages/data_check/row_plan.hpp"

namespace mlpipe::stages::data_check {
namespace {

constexpr const char* found_name = "\"mlpipe.found\"";
constexpr const char* sequence_name = "\"mlpipe.sequence\"";
constexpr const char* before_name = "\"mlpipe.before\"";

struct Shared {
  std::string here;
  std::string there;
};

// One value in two tables: typed where both have one type, else as text.
Shared shared_value(const Table& here, std::size_t column, const Table& there, std::size_t other) {
  const bool typed = here.format() != Format::csv && there.format() != Format::csv;
  const Family family = here.columns()[column].family;
  if (typed && is_number(family) && is_number(there.columns()[other].family)) {
    return {here.number(column), there.number(other)};
  }
  if (typed && is_time(family) && is_time(there.columns()[other].family)) {
    return {here.time(column), there.time(other)};
  }
  return {here.text(column), there.text(other)};
}

enum class Bad : std::uint8_t { found, absent };

// Rows beside the distinct rows of another table. Missing equals missing where all columns count.
Result<RowRule> relation(const Other& other, Bad bad, IgnoreRows ignore, const Ground& ground) {
  TRY(const Table* there, find_other(ground, other.table));
  std::string names;
  std::string keys;
  std::string equal;
  std::string missing;
  RowRule rule;
  rule.scope = ground.scope;
  rule.value = "";
  const std::vector<std::string> columns = columns_or_all(ground);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    TRY(const std::size_t own, find_column(ground.table, columns[i]));
    TRY(const std::size_t match,
        find_column(*there, i < other.columns.size() ? other.columns[i] : columns[i]));
    const Shared value = shared_value(ground.table, own, *there, match);
    const bool first = i == 0;
    keys += fmt::format("{}{} AS \"mlpipe.key.{}\"", first ? "" : ", ", value.there, i);
    equal += fmt::format("{}{} IS NOT DISTINCT FROM \"mlpipe.key.{}\"", first ? "" : " AND ",
                         value.here, i);
    missing += fmt::format("{}{}",
                           first                               ? ""
                           : ignore == IgnoreRows::any_missing ? " OR "
                                                               : " AND ",
                           ground.table.missing(own));
    rule.value +=
        fmt::format("{}coalesce({}, 'NULL')", first ? "" : " || ', ' || ", ground.table.text(own));
  }
  rule.missing = "(" + missing + ")";
  rule.violated = bad == Bad::found ? found_name : fmt::format("(NOT {})", found_name);
  const std::string join =
      fmt::format("LEFT JOIN (SELECT DISTINCT {}, true AS \"mlpipe.hit\" FROM {}) ON {}", keys,
                  there->rows(), equal);
  rule.derive = [join](const std::string& rows) {
    return fmt::format("(SELECT *, coalesce(\"mlpipe.hit\", false) AS {} FROM {} {})", found_name,
                       rows, join);
  };
  return rule;
}

// A value to order by and to compare: number, time or text.
ColumnSql ordered(const Table& table, std::size_t column) {
  const Family family = table.columns()[column].family;
  ColumnSql sql = value_column(table, column);
  sql.value = is_number(family) ? table.number(column)
              : is_time(family) ? table.time(column)
                                : table.text(column);
  return sql;
}

Result<std::string> order_of(const std::string& order_by, const Ground& ground) {
  if (order_by.empty()) {
    return std::string(sequence_name);
  }
  TRY(const std::size_t column, find_column(ground.table, order_by));
  return fmt::format("{}, {}", ordered(ground.table, column).value, sequence_name);
}

// Rows with the value of the considered row before them.
RowRule beside_last(const ColumnSql& column, const std::string& order, const Ground& ground) {
  RowRule rule = rule_on(column, ground);
  const auto shown = [](const std::string& value) {
    return fmt::format("regexp_replace(CAST({} AS VARCHAR), '\\.0$', '')", value);
  };
  rule.value =
      fmt::format("{} || coalesce(' after ' || {}, '')", shown(column.value), shown(before_name));
  const std::string lag = fmt::format(
      "lag(CASE WHEN {} AND NOT {} AND NOT {} THEN {} END IGNORE NULLS) OVER (ORDER BY "
      "{}) AS {}",
      ground.scope, column.missing, column.unusable, column.value, order, before_name);
  rule.derive = [lag](const std::string& rows) {
    return fmt::format("(SELECT *, {} FROM (SELECT *, row_number() OVER () AS {} FROM {}))", lag,
                       sequence_name, rows);
  };
  return rule;
}

}  // namespace

Result<std::optional<RowRule>> neighbour_rule(const Ground& ground) {
  if (const auto* monotonic = std::get_if<Monotonic>(&ground.check.rule)) {
    TRY(const std::size_t column, only_column(ground));
    TRY(const std::string order, order_of(monotonic->order_by, ground));
    const ColumnSql sql = ordered(ground.table, column);
    RowRule rule = beside_last(sql, order, ground);
    const bool rising = monotonic->direction == Monotonic::Direction::increasing;
    const bool ties = monotonic->ties == Monotonic::Ties::allowed;
    rule.violated = fmt::format("coalesce({} {} {}, false)", sql.value,
                                rising ? (ties ? "<" : "<=") : (ties ? ">" : ">="), before_name);
    return rule;
  }
  if (const auto* sequential = std::get_if<Sequential>(&ground.check.rule)) {
    TRY(const std::size_t column, only_column(ground));
    TRY(const std::string order, order_of(sequential->order_by, ground));
    TRY(const ColumnSql sql, number_column(ground.table, column));
    RowRule rule = beside_last(sql, order, ground);
    rule.violated = fmt::format("coalesce({} <> {} + {}, false)", sql.value, before_name,
                                number_literal(sequential->step));
    return rule;
  }
  return std::optional<RowRule>{};
}

Result<std::optional<RowRule>> relation_rule(const Ground& ground) {
  const Rule& rule = ground.check.rule;
  const auto made = [&](const Other& other, Bad bad,
                        IgnoreRows ignore) -> Result<std::optional<RowRule>> {
    TRY(RowRule one, relation(other, bad, ignore, ground));
    return one;
  };
  if (const auto* key = std::get_if<ForeignKey>(&rule)) {
    return made(key->references, Bad::absent, IgnoreRows::any_missing);
  }
  if (const auto* known = std::get_if<KnownValues>(&rule)) {
    return made(known->in, Bad::absent, IgnoreRows::any_missing);
  }
  if (const auto* overlap = std::get_if<NoOverlap>(&rule)) {
    return made(overlap->with, Bad::found, IgnoreRows::all_missing);
  }
  return std::optional<RowRule>{};
}

}  // namespace mlpipe::stages::data_check
