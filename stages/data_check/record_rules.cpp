#include <fmt/format.h>

#include "stages/data_check/row_plan.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

struct Members {
  std::vector<std::size_t> columns;
  std::string any_missing;
  std::string all_missing;
  std::string shown;  // "3, NULL, x"
};

Result<Members> members_of(const Ground& ground) {
  Members members;
  for (const std::string& name : ground.check.columns) {
    TRY(const std::size_t column, find_column(ground.table, name));
    const bool first = members.columns.empty();
    members.columns.push_back(column);
    const std::string missing = ground.table.missing(column);
    members.any_missing += (first ? "" : " OR ") + missing;
    members.all_missing += (first ? "" : " AND ") + missing;
    members.shown += fmt::format("{}coalesce({}, 'NULL')", first ? "" : " || ', ' || ",
                                 ground.table.text(column));
  }
  return members;
}

RowRule rule_on_members(const Members& members, IgnoreRows ignore, const Ground& ground) {
  RowRule rule;
  rule.scope = ground.scope;
  rule.missing = ignore == IgnoreRows::never         ? "false"
                 : ignore == IgnoreRows::any_missing ? "(" + members.any_missing + ")"
                                                     : "(" + members.all_missing + ")";
  rule.value = members.shown;
  return rule;
}

// Both as numbers where both are, both as times where both are, else as texts.
std::pair<std::string, std::string> comparable(const Table& table, std::size_t left,
                                               std::size_t right) {
  const Family one = table.columns()[left].family;
  const Family other = table.columns()[right].family;
  if (is_number(one) && is_number(other)) {
    return {table.number(left), table.number(right)};
  }
  if (is_time(one) && is_time(other)) {
    return {table.time(left), table.time(right)};
  }
  return {table.text(left), table.text(right)};
}

using Made = Result<std::string>;  // the condition under which a row holds

Made holds(const Compare& compare, const Members& members, const Ground& ground) {
  static constexpr const char* tests[] = {"<", "<=", "=", "<>", ">=", ">"};
  const auto [left, right] = comparable(ground.table, members.columns[0], members.columns[1]);
  const std::string test =
      fmt::format("{} {} {}", left, tests[static_cast<std::size_t>(compare.op)], right);
  // Two missing values are equal where such rows count at all.
  const std::string both =
      compare.op == Compare::Op::equal ? fmt::format(" OR ({})", members.all_missing) : "";
  return fmt::format("({}{})", test, both);
}

Made holds(const PairValues& pairs, const Members& members, const Ground& ground) {
  std::string any;
  for (const std::vector<Scalar>& tuple : pairs.values) {
    std::string all;
    for (std::size_t i = 0; i < tuple.size(); ++i) {
      std::string one = ground.table.missing(members.columns[i]);
      if (tuple[i].kind != spec::NodeKind::null) {
        TRY(one, among(ground.table, members.columns[i], {tuple[i]}));
      }
      all += (all.empty() ? "" : " AND ") + one;
    }
    any += fmt::format("{}({})", any.empty() ? "" : " OR ", all);
  }
  return any.empty() ? std::string("false") : "(" + any + ")";
}

Made holds(const UniqueInRow&, const Members& members, const Ground& ground) {
  std::string list;
  for (const std::size_t column : members.columns) {
    list += (list.empty() ? "" : ", ") + ground.table.text(column);
  }
  // A missing value is one value among the others, so two of them are equal.
  return fmt::format("len(list_distinct([{0}])) + CASE WHEN {1} THEN 1 ELSE 0 END = {2}", list,
                     members.any_missing, members.columns.size());
}

Result<RowRule> sum_rule(const RowSum& sum, const Members& members, const Ground& ground) {
  std::string total;
  std::string unusable;
  for (const std::size_t column : members.columns) {
    TRY(const ColumnSql sql, number_column(ground.table, column));
    total += (total.empty() ? "" : " + ") + sql.value;
    if (sql.unusable != "false") {
      unusable += fmt::format("{}({} AND NOT {})", unusable.empty() ? "" : " OR ", sql.unusable,
                              ground.table.missing(column));
    }
  }
  RowRule rule = rule_on_members(members, sum.ignore, ground);
  rule.unusable = unusable.empty() ? "false" : "(" + unusable + ")";
  rule.wanted = "number";
  std::string holds;
  const auto add = [&](const std::string& part) { holds += (holds.empty() ? "" : " AND ") + part; };
  const Bounds& bounds = sum.bounds;
  if (bounds.equals) {
    add(fmt::format("abs(({}) - {}) <= {}", total, number_literal(*bounds.equals),
                    number_literal(sum.tolerance)));
  }
  if (bounds.min) {
    add(fmt::format("({}) >= {}", total, number_literal(*bounds.min)));
  }
  if (bounds.max) {
    add(fmt::format("({}) <= {}", total, number_literal(*bounds.max)));
  }
  rule.violated = fmt::format("(NOT coalesce({}, false))", holds);
  return rule;
}

RowRule expression_rule(const Expression& expression, const Ground& ground) {
  RowRule rule;
  rule.scope = ground.scope;
  rule.violated = fmt::format("(NOT coalesce((\n{}\n), false))", strip_end(expression.sql));
  std::string shown;
  for (const TableColumn& column : ground.table.columns()) {
    shown += fmt::format("{}{} || '=' || coalesce(CAST({} AS VARCHAR), 'NULL')",
                         shown.empty() ? "" : " || ', ' || ", quote_literal(column.name),
                         quote_identifier(column.name));
  }
  rule.value = shown;
  return rule;
}

}  // namespace

Result<std::optional<RowRule>> record_rule(const Ground& ground) {
  if (const auto* expression = std::get_if<Expression>(&ground.check.rule)) {
    return expression_rule(*expression, ground);
  }
  return std::visit(
      [&](const auto& one) -> Result<std::optional<RowRule>> {
        using One = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<One, RowSum>) {
          TRY(const Members members, members_of(ground));
          TRY(RowRule rule, sum_rule(one, members, ground));
          return rule;
        } else if constexpr (requires(const Members& members) { holds(one, members, ground); }) {
          TRY(const Members members, members_of(ground));
          TRY(const std::string condition, holds(one, members, ground));
          RowRule rule = rule_on_members(members, one.ignore, ground);
          rule.violated = fmt::format("(NOT coalesce({}, false))", condition);
          return rule;
        } else {
          return std::optional<RowRule>{};
        }
      },
      ground.check.rule);
}

}  // namespace mlpipe::stages::data_check
