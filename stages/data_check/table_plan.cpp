#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <memory>

#include "runner/base/text.hpp"
#include "stages/data_check/column_set.hpp"
#include "stages/data_check/plan.hpp"
#include "stages/data_check/row_plan.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

constexpr double most_periods = 1e7;

std::string rows_shown(const port::Rows& rows, const std::vector<port::Cell>& row) {
  std::string shown;
  for (std::size_t c = 0; c < row.size(); ++c) {
    shown += fmt::format("{}{}={}", c == 0 ? "" : ", ", rows.columns[c].name, text_of(row[c]));
  }
  return shown;
}

Round failing_rows(const Sql& sql, const Ground& ground) {
  const std::string inner = fmt::format("(\n{}\n)", strip_end(sql.query));
  const std::string where = ground.scope == "true" ? "" : fmt::format(" WHERE {}", ground.scope);
  Round round;
  round.queries.push_back({fmt::format("SELECT count(*) FROM {}{}", inner, where),
                           [ground](const port::Rows& rows) -> Status {
                             ground.out.violations = count_of(rows.rows.at(0).at(0));
                             ground.out.considered = ground.rows();
                             ground.out.number = ground.out.violations;
                             return {};
                           }});
  round.then = [inner, where, ground]() -> Result<Round> {
    if (ground.out.violations == 0 || !ground.wants_sample(ground.out)) {
      return Round{};
    }
    Round sample;
    sample.queries.push_back(
        {fmt::format("SELECT * FROM {}{} LIMIT {}", inner, where, ground.samples),
         [&out = ground.out](const port::Rows& rows) -> Status {
           for (const auto& row : rows.rows) {
             out.sample.emplace_back().value = rows_shown(rows, row);
           }
           return {};
         }});
    return sample;
  };
  return round;
}

Status take_scalar(const port::Rows& rows, const Ground& ground) {
  if (rows.columns.size() != 1 || rows.rows.size() != 1) {
    return fail(Code::invalid,
                fmt::format("with `expect`, the query must return one number; it returned {} "
                            "column{} and {} row{}",
                            rows.columns.size(), rows.columns.size() == 1 ? "" : "s",
                            rows.rows.size() > 1 ? "several" : fmt::to_string(rows.rows.size()),
                            rows.rows.size() == 1 ? "" : "s"));
  }
  const port::Cell& cell = rows.rows[0][0];
  if (!std::holds_alternative<std::int64_t>(cell) && !std::holds_alternative<double>(cell)) {
    return fail(Code::invalid,
                fmt::format("with `expect`, the query must return one number; it returned {} ({})",
                            printable(text_of(cell)), rows.columns[0].type));
  }
  ground.out.number = cell;
  ground.out.considered = ground.rows();
  return {};
}

using Planned = Result<std::optional<Round>>;

Planned plan(const Sql& sql, const Ground& ground) {
  if (!sql.expect) {
    return failing_rows(sql, ground);
  }
  Round round;
  round.queries.push_back({fmt::format("SELECT * FROM (\n{}\n) LIMIT 2", strip_end(sql.query)),
                           [ground](const port::Rows& rows) { return take_scalar(rows, ground); }});
  return round;
}

Planned plan(const ColumnCount&, const Ground& ground) {
  ground.out.number = static_cast<std::int64_t>(ground.table.columns().size());
  ground.out.considered = static_cast<std::int64_t>(ground.table.columns().size());
  return Round{};
}

Planned plan(const ColumnSet& set, const Ground& ground) {
  compare_columns(set, ground.table, ground.out);
  Round round;
  for (const std::string& name : set.not_null) {
    const auto column = find_column(ground.table, name);
    if (!column) {
      continue;  // told already
    }
    round.asks.push_back(
        {ground.table.logged_rows(),
         {fmt::format("count(*) FILTER (WHERE {})", ground.table.missing(*column))},
         [name, &out = ground.out](std::span<const port::Cell> cells) -> Status {
           if (const std::int64_t missing = count_of(cells[0]); missing > 0) {
             out.problems.push_back(fmt::format("the column {} has {} missing value{}",
                                                printable(name), missing, missing == 1 ? "" : "s"));
             ++out.violations;
           }
           return {};
         }});
  }
  return round;
}

Planned plan(const RowCountChange&, const Ground& ground) {
  RowRule rule;
  rule.scope = ground.scope;
  return row_round(std::move(rule), ground);
}

// Measured by others, or by no data at all.
Planned plan(const Anomaly&, const Ground&) {
  return Round{};
}
Planned plan(const Files&, const Ground&) {
  return Round{};
}

Planned plan(const RowRatio& rule, const Ground& ground) {
  TRY(const Table* other, find_other(ground, rule.to));
  RowRule counted;
  counted.scope = ground.scope;
  Round round = row_round(std::move(counted), ground);
  round.queries.push_back({fmt::format("SELECT count(*) FROM {}", other->rows()),
                           [&out = ground.out](const port::Rows& rows) -> Status {
                             const std::int64_t n = count_of(rows.rows.at(0).at(0));
                             out.numbers = {out.considered, n};
                             out.number = n == out.considered ? 1.0
                                          : n == 0 ? std::numeric_limits<double>::infinity()
                                                   : static_cast<double>(out.considered) /
                                                         static_cast<double>(n);
                             return {};
                           }});
  return round;
}

// The other table's last time first, then this one's rows beside it.
Planned plan(const LaterThan& rule, const Ground& ground) {
  TRY(const Table* other, find_other(ground, rule.than.table));
  TRY(const std::size_t column, only_column(ground));
  TRY(const std::size_t match,
      find_column(*other,
                  rule.than.columns.empty() ? ground.check.columns[0] : rule.than.columns.front()));
  TRY(const ColumnSql own, time_column(ground.table, column));
  TRY(const ColumnSql theirs, time_column(*other, match));
  Round round;
  round.queries.push_back(
      {fmt::format("SELECT CAST(max({0}) AS VARCHAR), count(*) FILTER (WHERE NOT {1} AND {2}) FROM "
                   "{3}",
                   theirs.value, theirs.missing, theirs.unusable, other->rows()),
       [&out = ground.out, name = rule.than.table](const port::Rows& rows) -> Status {
         if (const std::int64_t bad = count_of(rows.rows.at(0).at(1)); bad > 0) {
           return fail(Code::invalid, fmt::format("{} values of the column in `{}` are no time",
                                                  bad, printable(name)));
         }
         out.high = rows.rows.at(0).at(0);
         return {};
       }});
  round.then = [own, ground]() -> Result<Round> {
    RowRule late = rule_on(own, ground);
    const auto* last = std::get_if<std::string>(&ground.out.high);
    late.violated = last == nullptr ? "false"
                                    : fmt::format("({} <= CAST({} AS TIMESTAMP))", own.value,
                                                  quote_literal(*last));
    late.value = plain_value(ground);
    if (last != nullptr) {
      late.high = {"", fmt::format("any_value({})", quote_literal(*last)), ""};
    }
    return row_round(std::move(late), ground);
  };
  return round;
}

const char* period_name(Period period) {
  constexpr std::array names{"hour", "day", "week", "month", "year"};
  return names[static_cast<std::size_t>(period)];
}

double seconds_of(Period period) {
  constexpr std::array seconds{3600.0, 86400.0, 604800.0, 2419200.0, 31536000.0};
  return seconds[static_cast<std::size_t>(period)];
}

// Every period between the first and the last, with its rows; few: those below the least number.
Result<Round> periods_round(const Periods& rule, const ColumnSql& time, const std::string& filter,
                            const Ground& ground) {
  const auto* first = std::get_if<std::string>(&ground.out.low);
  const auto* last = std::get_if<std::string>(&ground.out.high);
  if (first == nullptr || last == nullptr) {
    return Round{};
  }
  const char* period = period_name(rule.every);
  const std::string all = fmt::format(
      "WITH counted AS (SELECT date_trunc('{0}', {1}) AS p, count(*) AS n FROM {2} WHERE {3} AND "
      "isfinite({1}) GROUP BY 1), every AS (SELECT unnest(generate_series(date_trunc('{0}', "
      "CAST({4} AS TIMESTAMP)), date_trunc('{0}', CAST({5} AS TIMESTAMP)), INTERVAL 1 {0})) AS p), "
      "joined AS (SELECT every.p, coalesce(n, 0) AS n FROM every LEFT JOIN counted ON every.p = "
      "counted.p) ",
      period, time.value, ground.table.rows(), filter, quote_literal(*first), quote_literal(*last));
  Round round;
  round.queries.push_back(
      {all + fmt::format("SELECT count(*), count(*) FILTER (WHERE n < {}) FROM joined",
                         rule.min_rows),
       [&out = ground.out](const port::Rows& rows) -> Status {
         out.number = rows.rows.at(0).at(1);
         out.numbers = {rows.rows.at(0).at(0)};
         out.violations = count_of(rows.rows.at(0).at(1));
         return {};
       }});
  round.queries.push_back(
      {all +
           fmt::format("SELECT CAST(p AS VARCHAR), n FROM joined WHERE n < {} ORDER BY p LIMIT {}",
                       rule.min_rows, ground.samples),
       [&out = ground.out](const port::Rows& rows) -> Status {
         for (const auto& row : rows.rows) {
           out.values.push_back({row.at(0), count_of(row.at(1))});
         }
         return {};
       }});
  return round;
}

Planned plan(const Periods& rule, const Ground& ground) {
  TRY(const std::size_t column, only_column(ground));
  TRY(const ColumnSql time, time_column(ground.table, column));
  RowRule counted = rule_on(time, ground);
  const auto extreme = [&](const char* call, const std::optional<Scalar>& given) {
    return given
               ? Extreme{"CAST(", fmt::format("any_value({})", time_literal(given->text)),
                         " AS VARCHAR)"}
               : Extreme{"CAST(",
                         fmt::format("{0}(CASE WHEN isfinite({1}) THEN {1} END)", call, time.value),
                         " AS VARCHAR)"};
  };
  counted.low = extreme("min", rule.from);
  counted.high = extreme("max", rule.to);
  counted.value = plain_value(ground);
  const std::string filter = considered(counted);
  Round round = counted_round(counted, ground, [rule, time, filter, ground]() {
    return periods_round(rule, time, filter, ground);
  });
  round.asks.push_back(
      {ground.table.logged_rows(),
       {fmt::format(
           "CAST(epoch(max(CASE WHEN isfinite({0}) THEN {0} END) FILTER (WHERE {1})) - "
           "epoch(min(CASE WHEN isfinite({0}) THEN {0} END) FILTER (WHERE {1})) AS DOUBLE)",
           time.value, filter)},
       [every = rule.every](std::span<const port::Cell> cells) -> Status {
         const double count = number_of(cells[0]) / seconds_of(every);
         if (count > most_periods) {
           return fail(Code::invalid,
                       fmt::format("there are {:.0f} {}s between the first and the last time; the "
                                   "limit is {:.0f}",
                                   count, period_name(every), most_periods));
         }
         return {};
       }});
  return round;
}

}  // namespace

Result<std::optional<Round>> table_plan(const Ground& ground) {
  return std::visit(
      [&](const auto& one) -> Result<std::optional<Round>> {
        if constexpr (requires { plan(one, ground); }) {
          return plan(one, ground);
        } else {
          return std::optional<Round>{};
        }
      },
      ground.check.rule);
}

}  // namespace mlpipe::stages::data_check
