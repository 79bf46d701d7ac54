#include "stages/data_check/row_plan.hpp"

#include <fmt/format.h>

#include <memory>

#include "runner/base/text.hpp"

namespace mlpipe::stages::data_check {
namespace {

struct Counted {
  RowRule rule;
  Ground ground;
  std::int64_t unusable = 0;
};

void take_sample(const port::Rows& rows, Measured& measured) {
  for (const auto& row : rows.rows) {
    measured.sample.push_back({count_of(row.at(0)), row.at(1)});
  }
}

std::string unusable_message(const Counted& counted) {
  const Measured& measured = counted.ground.out;
  const bool sampled = !measured.sample.empty();
  return fmt::format(
      "{} of {} values {} no {}{}; name texts that mean a missing value in csv.null_values",
      counted.unusable, measured.considered, counted.unusable == 1 ? "is" : "are",
      counted.rule.wanted,
      sampled ? fmt::format(", first in row {}: \"{}\"", measured.sample[0].row.value_or(0),
                            printable(text_of(measured.sample[0].value)))
              : "");
}

Result<Round> sample_round(const std::shared_ptr<Counted>& counted) {
  const Ground& ground = counted->ground;
  const bool bad = counted->unusable > 0;
  if (!bad && (ground.out.violations == 0 || !ground.wants_sample(ground.out))) {
    return Round{};
  }
  const std::string condition = bad ? unusable(counted->rule) : violation(counted->rule);
  Round round;
  round.queries.push_back(
      {sample_query(counted->rule, ground.table.rows(), condition, ground.samples),
       [counted, bad](const port::Rows& rows) -> Status {
         take_sample(rows, counted->ground.out);
         if (bad) {
           counted->ground.out.error = unusable_message(*counted);
         }
         return {};
       }});
  return round;
}

Round counting(const std::shared_ptr<Counted>& counted) {
  const Table& table = counted->ground.table;
  Round round;
  round.asks.push_back(
      {counted->rule.derive ? counted->rule.derive(table.rows()) : table.logged_rows(),
       aggregates(counted->rule), [counted](std::span<const port::Cell> cells) -> Status {
         Measured& out = counted->ground.out;
         counted->unusable = take_aggregates(cells, out);
         if (std::holds_alternative<Freshness>(counted->ground.check.rule)) {
           const auto* latest = std::get_if<std::int64_t>(&out.high);
           out.latest_ms = latest == nullptr ? std::nullopt : std::optional(*latest);
           out.high = {};
         }
         return {};
       }});
  return round;
}

}  // namespace

Result<std::size_t> only_column(const Ground& ground) {
  return find_column(ground.table, ground.check.columns.at(0));
}

std::string plain_value(const Ground& ground) {
  const auto column = find_column(ground.table, ground.check.columns.at(0));
  return column ? ground.table.value(*column) : "NULL";
}

RowRule rule_on(const ColumnSql& column, const Ground& ground) {
  RowRule rule;
  rule.scope = ground.scope;
  rule.missing = column.missing;
  rule.unusable = column.unusable;
  rule.wanted = column.wanted;
  return rule;
}

Result<std::optional<RowRule>> row_rule(const Ground& ground) {
  for (const auto one : {&value_rule, &text_rule, &record_rule, &neighbour_rule, &relation_rule}) {
    auto rule = one(ground);
    if (!rule || *rule) {
      return rule;
    }
  }
  return std::optional<RowRule>{};
}

Round counted_round(RowRule rule, const Ground& ground, std::function<Result<Round>()> next) {
  rule.violated = "false";
  if (rule.value == "NULL") {
    rule.value = rule.unusable == "false" ? "NULL" : plain_value(ground);
  }
  auto counted = std::make_shared<Counted>(Counted{std::move(rule), ground});
  Round round = counting(counted);
  round.then = [counted, next = std::move(next)]() -> Result<Round> {
    if (counted->unusable > 0) {
      return sample_round(counted);
    }
    return next ? next() : Result<Round>(Round{});
  };
  return round;
}

Round row_round(RowRule rule, const Ground& ground) {
  auto counted = std::make_shared<Counted>(Counted{std::move(rule), ground});
  Round round = counting(counted);
  round.then = [counted]() { return sample_round(counted); };
  return round;
}

}  // namespace mlpipe::stages::data_check
