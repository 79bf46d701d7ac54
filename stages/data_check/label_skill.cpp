#include "stages/data_check/label_skill.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "stages/data_check/column_sql.hpp"

namespace mlpipe::stages::data_check {
namespace {

struct Side {
  std::size_t column = 0;
  std::string value;  // as it is
  bool can_be_number = false;
  bool binned = false;
};

struct Skill {
  Ground ground;
  Side feature;
  Side label;
  std::string filter;
  std::int64_t hits = 0;
  std::int64_t rows = 0;
  std::int64_t base = 0;
};

Result<Side> side_of(const Table& table, const std::string& name) {
  Side side;
  TRY(side.column, find_column(table, name));
  side.value = table.value(side.column);
  side.can_be_number =
      table.format() == Format::csv || is_number(table.columns()[side.column].family);
  return side;
}

// Distinct values, and texts that are no number.
Ask shape_ask(const std::shared_ptr<Skill>& skill, Side& side) {
  const Table& table = skill->ground.table;
  const std::string number = side.can_be_number ? table.number(side.column) : "NULL";
  return {fmt::format("(SELECT {} AS v, any_value({}) AS x FROM {} WHERE {} GROUP BY 1)",
                      side.value, number, table.rows(), skill->filter),
          {"count(*)", "count(*) FILTER (WHERE x IS NULL)"},
          [skill, &side](std::span<const port::Cell> cells) -> Status {
            side.binned =
                side.can_be_number && count_of(cells[0]) > most_values && count_of(cells[1]) == 0;
            return {};
          }};
}

std::string binned(const Skill& skill, const Side& side) {
  return side.binned ? fmt::format(
                           "CAST({} * (rank() OVER (ORDER BY {}) - 1) // count(*) OVER () AS "
                           "VARCHAR)",
                           most_values, skill.ground.table.number(side.column))
                     : side.value;
}

Round hits_round(const std::shared_ptr<Skill>& skill, std::function<Result<Round>(double)> done) {
  const std::string pairs = fmt::format(
      "(SELECT f, l, count(*) AS n FROM (SELECT {} AS f, {} AS l FROM {} WHERE {}) GROUP BY ALL)",
      binned(*skill, skill->feature), binned(*skill, skill->label), skill->ground.table.rows(),
      skill->filter);
  Round round;
  round.asks.push_back(
      {fmt::format("(SELECT sum(n) AS rows, max(n, 2) AS most FROM {} GROUP BY f)", pairs),
       {"CAST(coalesce(sum(CASE WHEN most[1] - 1 > coalesce(most[2], 0) THEN most[1] ELSE 0 END), "
        "0) AS BIGINT)",
        "CAST(coalesce(sum(rows), 0) AS BIGINT)"},
       [skill](std::span<const port::Cell> cells) -> Status {
         skill->hits = count_of(cells[0]);
         skill->rows = count_of(cells[1]);
         return {};
       }});
  round.asks.push_back({fmt::format("(SELECT sum(n) AS rows FROM {} GROUP BY l)", pairs),
                        {"CAST(coalesce(max(rows), 0) AS BIGINT)"},
                        [skill](std::span<const port::Cell> cells) -> Status {
                          skill->base = count_of(cells[0]);
                          return {};
                        }});
  round.then = [skill, done = std::move(done)]() -> Result<Round> {
    const std::int64_t open = skill->rows - skill->base;
    return done(open == 0 ? std::numeric_limits<double>::quiet_NaN()
                          : std::max(0.0, static_cast<double>(skill->hits - skill->base) /
                                              static_cast<double>(open)));
  };
  return round;
}

}  // namespace

Result<Round> label_skill_round(const Ground& ground, const std::string& feature,
                                const std::string& label,
                                std::function<Result<Round>(double)> done) {
  TRY(Side from, side_of(ground.table, feature));
  TRY(Side to, side_of(ground.table, label));
  const std::string filter =
      fmt::format("{} AND NOT {} AND NOT {}", ground.scope, ground.table.missing(from.column),
                  ground.table.missing(to.column));
  auto skill = std::make_shared<Skill>(Skill{ground, std::move(from), std::move(to), filter});
  Round round;
  round.asks.push_back(shape_ask(skill, skill->feature));
  round.asks.push_back(shape_ask(skill, skill->label));
  round.then = [skill, done = std::move(done)]() -> Result<Round> {
    return hits_round(skill, done);
  };
  return round;
}

}  // namespace mlpipe::stages::data_check
