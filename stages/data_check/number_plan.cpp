#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <memory>

#include "stages/data_check/moments.hpp"
#include "stages/data_check/plan.hpp"
#include "stages/data_check/row_plan.hpp"

namespace mlpipe::stages::data_check {
namespace {

using Planned = Result<std::optional<Round>>;

struct Numbers {
  ColumnSql column;
  RowRule rule;
  std::string filter;  // the considered rows
};

Result<Numbers> numbers_of(const Ground& ground) {
  TRY(const std::size_t column, only_column(ground));
  TRY(ColumnSql sql, number_column(ground.table, column));
  RowRule rule = rule_on(sql, ground);
  std::string filter = considered(rule);
  return Numbers{std::move(sql), std::move(rule), std::move(filter)};
}

Planned plan(const MomentValue& value, const Ground& ground) {
  TRY(const Numbers numbers, numbers_of(ground));
  const bool first = value.moment == Moment::mean || value.moment == Moment::sum;
  Round sums = moments_round(
      {ground.table.logged_rows(), numbers.column.value, numbers.filter},
      first ? Orders::first : Orders::second,
      [moment = value.moment, &out = ground.out](const Moments& moments) -> Result<Round> {
        const double number = moment == Moment::mean     ? moments.mean
                              : moment == Moment::sum    ? moments.sum
                              : moment == Moment::stddev ? std::sqrt(moments.variance)
                                                         : moments.variance;
        const bool none = moments.n == 0 && moment != Moment::sum;
        out.number = none ? port::Cell{} : port::Cell{number};
        return Round{};
      });
  return both(counted_round(numbers.rule, ground), std::move(sums));
}

template <class Limited>
Planned extreme(const Limited& rule, const char* call, const Ground& ground) {
  TRY(const std::size_t column, only_column(ground));
  TRY(const auto limited, limited_column(ground.table, column, rule.limits));
  RowRule counted = rule_on(limited.column, ground);
  counted.low = {limited.of_times ? "CAST(" : "", fmt::format("{}({})", call, limited.column.value),
                 limited.of_times ? " AS VARCHAR)" : ""};
  // Whether it lies outside is asked of the engine, which knows how dates and texts compare.
  auto bound = limited;
  bound.column.value =
      fmt::format("({}({}) FILTER (WHERE {}))", call, limited.column.value, considered(counted));
  Round round = counted_round(counted, ground);
  const std::string bad = outside(bound, rule.limits.strict);
  round.asks.push_back({ground.table.logged_rows(),
                        {bad == "false" ? "CAST(0 AS BIGINT)"
                                        : fmt::format("CAST(coalesce({}, false) AS INTEGER)", bad)},
                        [&out = ground.out](std::span<const port::Cell> cells) -> Status {
                          out.number = out.low;
                          out.violations = count_of(cells[0]);
                          return {};
                        }});
  return round;
}

Planned plan(const MinValue& rule, const Ground& ground) {
  return extreme(rule, "min", ground);
}

Planned plan(const MaxValue& rule, const Ground& ground) {
  return extreme(rule, "max", ground);
}

// The numbers of a list that the engine shows: "[1.0, NULL, 2.5]".
std::vector<port::Cell> list_numbers(const port::Cell& cell) {
  std::vector<port::Cell> numbers;
  const auto* text = std::get_if<std::string>(&cell);
  if (text == nullptr || text->size() < 2) {
    return numbers;
  }
  for (std::size_t at = 1; at < text->size() - 1;) {
    const std::size_t end = std::min(text->find(',', at), text->size() - 1);
    const std::string item = text->substr(at, end - at);
    numbers.push_back(item.find("NULL") != std::string::npos
                          ? port::Cell{}
                          : port::Cell{std::strtod(item.c_str(), nullptr)});
    at = end + 1;
  }
  return numbers;
}

std::string quantile_call(const char* function, const std::string& value,
                          const std::vector<double>& shares, const std::string& filter) {
  std::string list;
  for (const double share : shares) {
    list += fmt::format("{}{}", list.empty() ? "" : ", ", share);
  }
  return fmt::format("CAST({}(CAST({} AS DOUBLE), [{}]) FILTER (WHERE {}) AS VARCHAR)", function,
                     value, list, filter);
}

void take_quantiles(std::vector<port::Cell> numbers, std::size_t wanted, Measured& out) {
  numbers.resize(wanted);
  out.number = numbers.front();
  out.numbers = std::move(numbers);
}

// The value in place k of n sorted ones, from 0: what quantile_disc gives for (k + 1/2) / n.
double share_of_place(std::int64_t place, std::int64_t n) {
  return (static_cast<double>(place) + 0.5) / static_cast<double>(n);
}

// As numpy picks among the two neighbours of (n - 1) * q; nearest: the even one of two as near.
double picked(Interpolation how, double low, double high, double place) {
  const double part = place - std::floor(place);
  switch (how) {
    case Interpolation::lower:
      return low;
    case Interpolation::higher:
      return part == 0 ? low : high;
    case Interpolation::nearest:
      return part < 0.5 || (part == 0.5 && std::fmod(std::floor(place), 2) == 0) ? low : high;
    case Interpolation::midpoint:
      return part == 0 ? low : low + (high - low) / 2;
    case Interpolation::linear:
      return low + (high - low) * part;
  }
  return low;
}

Result<Round> places_round(const Quantiles& rule, const Numbers& numbers, const Ground& ground) {
  const std::int64_t n = ground.out.considered;
  if (n == 0) {
    take_quantiles({}, rule.at.size(), ground.out);
    return Round{};
  }
  std::vector<double> shares;
  for (const Quantiles::At& at : rule.at) {
    const auto place = static_cast<std::int64_t>(std::floor(static_cast<double>(n - 1) * at.q));
    shares.push_back(share_of_place(place, n));
    shares.push_back(share_of_place(std::min(place + 1, n - 1), n));
  }
  Round round;
  round.asks.push_back(
      {ground.table.rows(),
       {quantile_call("quantile_disc", numbers.column.value, shares, numbers.filter)},
       [rule, n, &out = ground.out](std::span<const port::Cell> cells) -> Status {
         const auto found = list_numbers(cells[0]);
         std::vector<port::Cell> values;
         for (std::size_t i = 0; 2 * i + 1 < found.size() && i < rule.at.size(); ++i) {
           values.emplace_back(picked(rule.interpolation, number_of(found[2 * i]),
                                      number_of(found[2 * i + 1]),
                                      static_cast<double>(n - 1) * rule.at[i].q));
         }
         take_quantiles(std::move(values), rule.at.size(), out);
         return {};
       }});
  return round;
}

Planned plan(const Quantiles& rule, const Ground& ground) {
  TRY(const Numbers numbers, numbers_of(ground));
  if (rule.interpolation != Interpolation::linear) {
    return counted_round(numbers.rule, ground,
                         [rule, numbers, ground]() { return places_round(rule, numbers, ground); });
  }
  std::vector<double> shares;
  for (const Quantiles::At& at : rule.at) {
    shares.push_back(at.q);
  }
  Round round = counted_round(numbers.rule, ground);
  round.asks.push_back(
      {ground.table.logged_rows(),
       {quantile_call("quantile_cont", numbers.column.value, shares, numbers.filter)},
       [count = rule.at.size(), &out = ground.out](std::span<const port::Cell> cells) -> Status {
         take_quantiles(list_numbers(cells[0]), count, out);
         return {};
       }});
  return round;
}

// The rows outside of what earlier rounds found.
Round outlier_round(const Numbers& numbers, const std::string& violated, const Ground& ground) {
  RowRule rule = numbers.rule;
  rule.violated = violated;
  rule.value = plain_value(ground);
  return row_round(std::move(rule), ground);
}

Planned plan(const ZScore& rule, const Ground& ground) {
  TRY(const Numbers numbers, numbers_of(ground));
  return moments_round(
      {ground.table.logged_rows(), numbers.column.value, numbers.filter}, Orders::second,
      [rule, numbers, ground](const Moments& moments) -> Result<Round> {
        const double deviation = std::sqrt(moments.variance);
        ground.out.numbers = {moments.mean, deviation};
        const std::string off =
            fmt::format("({} - {})", numbers.column.value, number_literal(moments.mean));
        const std::string far = fmt::format(
            "({} > {} * {})", rule.side == ZScore::Side::both ? "abs(" + off + ")" : off,
            number_literal(rule.max), number_literal(deviation));
        return outlier_round(numbers, std::isfinite(deviation) ? far : "false", ground);
      });
}

Planned plan(const Iqr& rule, const Ground& ground) {
  TRY(const Numbers numbers, numbers_of(ground));
  Round round;
  round.asks.push_back(
      {ground.table.logged_rows(),
       {quantile_call("quantile_cont", numbers.column.value, {0.25, 0.75}, numbers.filter)},
       [&out = ground.out](std::span<const port::Cell> cells) -> Status {
         out.numbers = list_numbers(cells[0]);
         return {};
       }});
  round.then = [rule, numbers, ground]() -> Result<Round> {
    std::string far = "false";
    if (ground.out.numbers.size() == 2) {
      const double low = number_of(ground.out.numbers[0]);
      const double high = number_of(ground.out.numbers[1]);
      const double room = rule.factor * (high - low);
      ground.out.numbers = {low - room, high + room};
      far = fmt::format("({0} < {1} OR {0} > {2})", numbers.column.value,
                        number_literal(low - room), number_literal(high + room));
    }
    return outlier_round(numbers, far, ground);
  };
  return round;
}

}  // namespace

Result<std::optional<Round>> number_plan(const Ground& ground) {
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
