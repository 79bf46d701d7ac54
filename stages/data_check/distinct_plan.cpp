#include <fmt/format.h>

#include <cmath>

#include "stages/data_check/plan.hpp"
#include "stages/data_check/row_plan.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

using Planned = Result<std::optional<Round>>;

constexpr int listed_values = 1000;
// n ln n stays below 2^39, of 2^33 values: as whole multiples of 2^-50 their sum is exact.
constexpr int entropy_bits = 50;

struct Groups {
  RowRule rule;
  std::string source;  // v, n: each distinct value and its rows
};

Result<Groups> groups_of(const Ground& ground) {
  TRY(const std::size_t column, only_column(ground));
  const ColumnSql sql = value_column(ground.table, column);
  RowRule rule = rule_on(sql, ground);
  std::string source = fmt::format("(SELECT {} AS v, count(*) AS n FROM {} WHERE {} GROUP BY ALL)",
                                   sql.value, ground.table.rows(), considered(rule));
  return Groups{std::move(rule), std::move(source)};
}

// Aggregates over the groups, beside the counts of the rows.
Planned over_groups(const Ground& ground, std::vector<std::string> columns,
                    std::function<Status(std::span<const port::Cell>)> take) {
  TRY(const Groups groups, groups_of(ground));
  Round round = counted_round(groups.rule, ground);
  round.asks.push_back({groups.source, std::move(columns), std::move(take)});
  return round;
}

port::Cell share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? port::Cell{}
                    : port::Cell{static_cast<double>(part) / static_cast<double>(whole)};
}

Planned plan(const CardinalityValue& rule, const Ground& ground) {
  return over_groups(
      ground, {"count(*)", "count(*) FILTER (WHERE n = 1)"},
      [of = rule.of, &out = ground.out](std::span<const port::Cell> cells) -> Status {
        const std::int64_t part = count_of(cells[of == Cardinality::unique_share ? 1 : 0]);
        out.number =
            of == Cardinality::distinct_count ? port::Cell{part} : share(part, out.considered);
        return {};
      });
}

Planned plan(const NotConstant&, const Ground& ground) {
  return over_groups(ground, {"count(*)", "CAST(min(v) AS VARCHAR)"},
                     [&out = ground.out](std::span<const port::Cell> cells) -> Status {
                       out.number = cells[0];
                       if (count_of(cells[0]) == 1) {
                         out.values = {{cells[1], out.considered}};
                       }
                       return {};
                     });
}

// The values of a column with their rows, the most frequent or the least value first.
Query values_query(const std::string& source, const std::string& condition,
                   const std::string& order, std::size_t limit, Measured& out) {
  return {fmt::format("SELECT CAST(v AS VARCHAR) AS v, n FROM {} WHERE {} ORDER BY {} LIMIT {}",
                      source, condition, order, limit),
          [&out](const port::Rows& rows) -> Status {
            for (const auto& row : rows.rows) {
              out.values.push_back({row.at(0), count_of(row.at(1))});
            }
            return {};
          }};
}

Planned plan(const TopShare&, const Ground& ground) {
  TRY(const Groups groups, groups_of(ground));
  TRY(auto round, over_groups(ground, {"CAST(coalesce(max(n), 0) AS BIGINT)"},
                              [&out = ground.out](std::span<const port::Cell> cells) -> Status {
                                out.number = share(count_of(cells[0]), out.considered);
                                return {};
                              }));
  round->queries.push_back(values_query(groups.source, "true", "n DESC, v", 1, ground.out));
  return round;
}

Planned plan(const Entropy&, const Ground& ground) {
  const std::string units = fmt::format("CAST('{}' AS DOUBLE)", std::ldexp(1.0, entropy_bits));
  return over_groups(
      ground,
      {fmt::format("CAST(coalesce(sum(CAST(n * ln(n) * {} AS HUGEINT)), 0) AS DOUBLE)", units)},
      [&out = ground.out](std::span<const port::Cell> cells) -> Status {
        const auto n = static_cast<double>(out.considered);
        if (out.considered > 0) {
          const double entropy = std::log(n) - std::ldexp(number_of(cells[0]), -entropy_bits) / n;
          out.number = std::max(0.0, entropy);
        }
        return {};
      });
}

Planned plan(const DistinctValues& rule, const Ground& ground) {
  TRY(const std::size_t column, only_column(ground));
  TRY(const Groups groups, groups_of(ground));
  // Conditions on the column are asked within the groups, where it is called v.
  std::vector<std::string> flags;
  std::string flagged;
  for (std::size_t i = 0; i < rule.values.size(); ++i) {
    TRY(const std::string one, among(ground.table, column, {rule.values[i]}));
    flagged += fmt::format(", bool_or({}) AS f{}", one, i);
    flags.push_back(fmt::format("count(*) FILTER (WHERE f{})", i));
  }
  TRY(const std::string accepted, among(ground.table, column, rule.values));
  const std::string source = fmt::format(
      "(SELECT {} AS v, count(*) AS n, bool_or({}) AS accepted{} FROM {} WHERE {} GROUP BY 1)",
      ground.table.value(column), accepted, flagged, ground.table.rows(), considered(groups.rule));
  std::vector<std::string> columns{"count(*)", "count(*) FILTER (WHERE NOT accepted)"};
  columns.insert(columns.end(), flags.begin(), flags.end());
  Round round = counted_round(groups.rule, ground);
  round.asks.push_back({source, std::move(columns),
                        [rule, &out = ground.out](std::span<const port::Cell> cells) -> Status {
                          using Relation = DistinctValues::Relation;
                          out.number = cells[0];
                          std::int64_t wrong =
                              rule.relation == Relation::superset ? 0 : count_of(cells[1]);
                          for (std::size_t i = 0; i < rule.values.size(); ++i) {
                            if (rule.relation != Relation::subset && count_of(cells[2 + i]) == 0) {
                              out.problems.push_back(
                                  fmt::format("the value {} does not occur", rule.values[i].text));
                              ++wrong;
                            }
                          }
                          out.violations = wrong;
                          return {};
                        }});
  round.queries.push_back(values_query(source, "true", "v", listed_values, ground.out));
  if (rule.relation != DistinctValues::Relation::superset) {
    round.queries.push_back(
        {fmt::format("SELECT CAST(v AS VARCHAR), n FROM {} WHERE NOT accepted ORDER BY n DESC, v "
                     "LIMIT {}",
                     source, ground.samples),
         [&out = ground.out](const port::Rows& rows) -> Status {
           for (const auto& row : rows.rows) {
             out.problems.push_back(fmt::format("the value {} is not expected (in {} row{})",
                                                text_of(row.at(0)), count_of(row.at(1)),
                                                count_of(row.at(1)) == 1 ? "" : "s"));
           }
           return {};
         }});
  }
  return round;
}

Planned plan(const MostCommon& rule, const Ground& ground) {
  TRY(const std::size_t column, only_column(ground));
  TRY(const Groups groups, groups_of(ground));
  TRY(const std::string accepted, among(ground.table, column, rule.values));
  Round round = counted_round(groups.rule, ground);
  round.queries.push_back(
      {fmt::format(
           "SELECT CAST(v AS VARCHAR) AS v, n, accepted FROM (SELECT {} AS v, count(*) AS "
           "n, bool_or({}) AS accepted, max(count(*)) OVER () AS top FROM {} WHERE {} GROUP "
           "BY 1) WHERE n = top ORDER BY v LIMIT {}",
           ground.table.value(column), accepted, ground.table.rows(), considered(groups.rule),
           listed_values),
       [ties = rule.ties, &out = ground.out](const port::Rows& rows) -> Status {
         std::int64_t held = 0;
         for (const auto& row : rows.rows) {
           out.values.push_back({row.at(0), count_of(row.at(1))});
           held += text_of(row.at(2)) == "true" ? 1 : 0;
         }
         const auto all = static_cast<std::int64_t>(rows.rows.size());
         out.number = rows.rows.empty() ? port::Cell{} : rows.rows[0].at(1);
         out.violations = ties == Quantifier::any ? (held > 0 || all == 0 ? 0 : 1) : all - held;
         return {};
       }});
  return round;
}

Planned plan(const LabelBalance&, const Ground& ground) {
  TRY(const Groups groups, groups_of(ground));
  TRY(auto round, over_groups(ground, {"CAST(min(n) AS BIGINT)", "CAST(max(n) AS BIGINT)"},
                              [&out = ground.out](std::span<const port::Cell> cells) -> Status {
                                out.number = share(count_of(cells[0]), count_of(cells[1]));
                                return {};
                              }));
  round->queries.push_back(
      values_query(groups.source, "true", "n DESC, v", ground.samples, ground.out));
  return round;
}

Planned plan(const NullSpellings&, const Ground& ground) {
  static constexpr const char* spellings =
      "('', '-', '--', '.', '..', '?', 'na', 'n/a', '#n/a', '<na>', 'nan', '-nan', 'nil', 'none', "
      "'null', '\\n', 'missing', 'unknown', 'undefined', 'not available', '(null)', '#null!')";
  TRY(const std::size_t column, only_column(ground));
  const RowRule rule = rule_on(text_column(ground.table, column), ground);
  Round round = counted_round(rule, ground);
  Query query = values_query(
      fmt::format("(SELECT {0} AS v, count(*) AS n FROM {1} WHERE {2} AND lower(trim({0})) IN {3} "
                  "GROUP BY 1)",
                  ground.table.text(column), ground.table.rows(), considered(rule), spellings),
      "true", "n DESC, v", listed_values, ground.out);
  query.take = [listed = query.take, &out = ground.out](const port::Rows& rows) -> Status {
    TRY_OK(listed(rows));
    const std::int64_t absent = out.missing > 0 ? 1 : 0;  // nothing at all is a spelling too
    out.number = static_cast<std::int64_t>(out.values.size()) + absent;
    return {};
  };
  round.queries.push_back(std::move(query));
  return round;
}

Planned plan(const SpellingVariants&, const Ground& ground) {
  TRY(const std::size_t column, only_column(ground));
  const RowRule rule = rule_on(text_column(ground.table, column), ground);
  const std::string groups = fmt::format(
      "(SELECT v, n, max(n) OVER w AS top, count(*) OVER w AS ways, sum(n) OVER w AS all_rows, "
      "row_number() OVER (w ORDER BY n DESC, v) AS place FROM (SELECT {0} AS v, "
      "lower(regexp_replace({0}, '[^\\pL\\pN]', '', 'g')) AS k, count(*) AS n FROM {1} WHERE {2} "
      "GROUP BY ALL) WINDOW w AS (PARTITION BY k))",
      ground.table.text(column), ground.table.rows(), considered(rule));
  Round round = counted_round(rule, ground);
  round.asks.push_back(
      {groups,
       {"CAST(coalesce(sum(all_rows - top) FILTER (WHERE place = 1 AND ways > 1), 0) AS BIGINT)"},
       [&out = ground.out](std::span<const port::Cell> cells) -> Status {
         out.violations = count_of(cells[0]);
         return {};
       }});
  round.queries.push_back(
      values_query(groups, "place > 1", "n DESC, v", ground.samples, ground.out));
  return round;
}

}  // namespace

Result<std::optional<Round>> distinct_plan(const Ground& ground) {
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
