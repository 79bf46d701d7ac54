#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "runner/base/text.hpp"
#include "stages/data_check/label_skill.hpp"
#include "stages/data_check/moments.hpp"
#include "stages/data_check/plan.hpp"
#include "stages/data_check/row_plan.hpp"

namespace mlpipe::stages::data_check {
namespace {

struct Two {
  std::size_t x = 0;
  std::size_t y = 0;
};

Result<Two> two_columns(const Ground& ground) {
  Two two;
  TRY(two.x, find_column(ground.table, ground.check.columns.at(0)));
  TRY(two.y, find_column(ground.table, ground.check.columns.at(1)));
  return two;
}

Round no_more() {
  return {};
}

void set_number(Measured& out, double value) {
  out.number = std::isnan(value) ? port::Cell{} : port::Cell{value};
}

// Both columns as numbers; rows where either is missing do not count.
struct NumberPair {
  RowRule rule;
  std::string x;
  std::string y;
};

Result<NumberPair> number_pair(const Ground& ground) {
  TRY(const Two two, two_columns(ground));
  TRY(const ColumnSql x, number_column(ground.table, two.x));
  TRY(const ColumnSql y, number_column(ground.table, two.y));
  RowRule rule;
  rule.scope = ground.scope;
  rule.missing = fmt::format("({} OR {})", x.missing, y.missing);
  rule.unusable =
      x.unusable == "false" ? "false" : fmt::format("({} OR {})", x.unusable, y.unusable);
  rule.wanted = "number";
  rule.value = fmt::format("{} || ', ' || {}", ground.table.text(two.x), ground.table.text(two.y));
  return NumberPair{std::move(rule), x.value, y.value};
}

Result<Round> pearson(const Ground& ground) {
  TRY(const NumberPair pair, number_pair(ground));
  Round sums = pearson_round({ground.table.logged_rows(), pair.x, pair.y, considered(pair.rule)},
                             [&out = ground.out](std::int64_t, double r) -> Result<Round> {
                               set_number(out, r);
                               return no_more();
                             });
  return both(counted_round(pair.rule, ground), std::move(sums));
}

// Pearson's of the average ranks; twice a rank is a whole number, so that the sums are exact.
Result<Round> spearman(const Ground& ground) {
  TRY(const NumberPair pair, number_pair(ground));
  const std::string ranked = fmt::format(
      "(SELECT 2 * rank() OVER (ORDER BY x) + count(*) OVER (PARTITION BY x) - 1 AS a, 2 * rank() "
      "OVER (ORDER BY y) + count(*) OVER (PARTITION BY y) - 1 AS b FROM (SELECT {} AS x, {} AS y "
      "FROM {} WHERE {}))",
      pair.x, pair.y, ground.table.rows(), considered(pair.rule));
  std::vector<std::string> columns{"count(*)"};
  for (const char* term :
       {"a", "b", "CAST(a AS HUGEINT) * a", "CAST(b AS HUGEINT) * b", "CAST(a AS HUGEINT) * b"}) {
    columns.push_back(fmt::format("CAST(coalesce(sum({}), 0) AS DOUBLE)", term));
  }
  // Sums about the mean rank n + 1 lose nothing to large squares.
  const std::string centred = fmt::format(
      "(SELECT a - (count(*) OVER () + 1) AS a, b - (count(*) OVER () + 1) AS b FROM {})", ranked);
  Round round;
  round.asks.push_back({centred, std::move(columns),
                        [&out = ground.out](std::span<const port::Cell> cells) -> Status {
                          const double xx = number_of(cells[3]);
                          const double yy = number_of(cells[4]);
                          set_number(out, xx > 0 && yy > 0
                                              ? number_of(cells[5]) / std::sqrt(xx * yy)
                                              : std::nan(""));
                          return {};
                        }});
  return both(counted_round(pair.rule, ground), std::move(round));
}

// Cells of the table of two columns, of rows n_ij, with the rows of their lines.
Result<Round> contingency(Association method, const Ground& ground) {
  TRY(const Two two, two_columns(ground));
  RowRule rule;
  rule.scope = ground.scope;
  rule.missing =
      fmt::format("({} OR {})", ground.table.missing(two.x), ground.table.missing(two.y));
  Round round = counted_round(rule, ground);
  // Equal cells are put together, and come in one order: the sum is the same each time.
  round.queries.push_back(
      {fmt::format(
           "WITH c AS (SELECT {} AS x, {} AS y, count(*) AS n FROM {} WHERE {} GROUP BY 1, 2) "
           "SELECT "
           "CAST(n AS DOUBLE), CAST(a AS DOUBLE), CAST(b AS DOUBLE), count(*), max(lines), "
           "max(columns) FROM (SELECT n, sum(n) OVER (PARTITION BY x) AS a, sum(n) OVER (PARTITION "
           "BY y) AS b, (SELECT count(DISTINCT x) FROM c) AS lines, (SELECT count(DISTINCT y) FROM "
           "c) AS columns FROM c) GROUP BY n, a, b ORDER BY n, a, b",
           ground.table.value(two.x), ground.table.value(two.y), ground.table.rows(),
           considered(rule)),
       nullptr});
  round.queries.back().take = [method, &out = ground.out](const port::Rows& rows) -> Status {
    const auto total = static_cast<double>(out.considered);
    long double squares = 0;
    long double information = 0;
    std::int64_t least = 0;
    for (const auto& row : rows.rows) {
      const double n = number_of(row.at(0));
      const double expected = number_of(row.at(1)) * number_of(row.at(2));
      const auto times = static_cast<double>(count_of(row.at(3)));
      squares += static_cast<long double>(times * n * n / expected);
      information += static_cast<long double>(times * n / total * std::log(n * total / expected));
      least = std::min(count_of(row.at(4)), count_of(row.at(5)));
    }
    if (rows.rows.empty()) {
      return {};
    }
    if (method == Association::mutual_information) {
      out.number = std::max(0.0, static_cast<double>(information));
    } else if (least > 1) {
      out.number = std::sqrt(std::clamp(
          static_cast<double>((squares - 1) / static_cast<long double>(least - 1)), 0.0, 1.0));
    }
    return {};
  };
  return round;
}

Result<Round> correlation(const Correlation& rule, const Ground& ground) {
  switch (rule.method) {
    case Association::pearson:
      return pearson(ground);
    case Association::spearman:
      return spearman(ground);
    default:
      return contingency(rule.method, ground);
  }
}

Result<Round> leakage(const LabelLeakage& rule, const Ground& ground) {
  TRY(const std::size_t label, find_column(ground.table, rule.label));
  RowRule counted;
  counted.scope = ground.scope;
  counted.missing = ground.table.missing(label);
  Round all = counted_round(counted, ground);
  const std::vector<std::string> features =
      rule.features.empty() ? columns_without(ground.table, {rule.label}) : rule.features;
  for (const std::string& feature : features) {
    TRY(Round one, label_skill_round(
                       ground, feature, rule.label,
                       [feature, max = rule.max, &out = ground.out](double skill) -> Result<Round> {
                         const double best = number_of(out.number);
                         if (!std::isnan(skill) && !(best >= skill)) {
                           out.number = skill;
                         }
                         if (skill > max) {
                           ++out.violations;
                           out.problems.push_back(fmt::format("{} tells it with a skill of {:.4f}",
                                                              printable(feature), skill));
                         }
                         return no_more();
                       }));
    all = both(std::move(all), std::move(one));
  }
  return all;
}

}  // namespace

Result<std::optional<Round>> pair_plan(const Ground& ground) {
  if (const auto* rule = std::get_if<Correlation>(&ground.check.rule)) {
    TRY(Round round, correlation(*rule, ground));
    return round;
  }
  if (const auto* rule = std::get_if<LabelLeakage>(&ground.check.rule)) {
    TRY(Round round, leakage(*rule, ground));
    return round;
  }
  return std::optional<Round>{};
}

}  // namespace mlpipe::stages::data_check
