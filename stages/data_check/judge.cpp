#include "stages/data_check/judge.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "runner/base/text.hpp"
#include "stages/data_check/ask.hpp"
#include "stages/data_check/expectation_judge.hpp"
#include "stages/data_check/judge_history.hpp"
#include "stages/data_check/judge_table.hpp"
#include "stages/data_check/metric.hpp"
#include "stages/data_check/opinion.hpp"

namespace mlpipe::stages::data_check {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

std::string utc(std::int64_t ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(ms)};
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                     fmt::gmtime(std::chrono::floor<std::chrono::seconds>(time)));
}

CheckVerdict by_share(const Check& check, const Measured& measured) {
  const auto total = static_cast<double>(measured.considered);
  const double share = static_cast<double>(measured.considered - measured.violations) / total;
  const std::string what = subject(check);
  Opinion opinion;
  opinion.message = fmt::format("{}: {} of {} rows {} {}", what, grouped(measured.violations),
                                grouped(measured.considered),
                                measured.violations == 1 ? "is" : "are", fault(check, measured));
  // With a `warn` zone alone, rows at fault do not fail unless `mostly` says so.
  const bool lenient = check.zones.warn && !check.zones.fail && check.mostly == 1.0;
  opinion.bad = share < check.mostly && !lenient;
  opinion.tail = sample_text(check, measured) + values_text(measured);
  opinion.fine = measured.violations == 0
                     ? fmt::format("{}: {} rows hold", what, grouped(measured.considered))
                 : check.mostly < 1.0 && !check.zones.any()
                     ? opinion.message + fmt::format(", within mostly {}", check.mostly)
                     : opinion.message;
  return conclude(check, metric_of(check, measured), opinion);
}

// Bounds that lie in the rule itself.
const Bounds* bounds_of(const Rule& rule) {
  return std::visit(
      [](const auto& one) -> const Bounds* {
        if constexpr (requires { one.bounds.equals; }) {
          return &one.bounds;
        } else {
          return nullptr;
        }
      },
      rule);
}

CheckVerdict by_number(const Check& check, const Bounds* bounds, const Measured& measured) {
  const auto metric = metric_of(check, measured);
  if (!metric) {
    return measured.considered == 0 && !std::holds_alternative<ColumnCount>(check.rule)
               ? empty(check, measured.missing)
               : CheckVerdict{broken(check),
                              fmt::format("{}: it has no value here ({} rows)", named(check),
                                          grouped(measured.considered))};
  }
  Opinion opinion;
  opinion.message = fmt::format("{}: {}", named(check), shown_number(metric->value));
  const std::string wrong = bounds == nullptr ? "" : fault_of(*bounds, metric->value);
  opinion.bad = !wrong.empty();
  opinion.why = " is " + wrong;
  opinion.tail = values_text(measured);
  return conclude(check, metric, opinion);
}

CheckVerdict by_quantiles(const Check& check, const Quantiles& rule, const Measured& measured) {
  if (measured.considered == 0) {
    return empty(check, measured.missing);
  }
  Opinion opinion;
  opinion.message = named(check) + ":";
  for (std::size_t i = 0; i < rule.at.size(); ++i) {
    const double value =
        i < measured.numbers.size() ? number_of(measured.numbers[i]) : std::nan("");
    const std::string wrong = fault_of(rule.at[i].bounds, value);
    opinion.message += fmt::format(
        "{} {}{}{}", i == 0 ? "" : ",",
        rule.written == Quantiles::Written::median ? "" : fmt::format("at {}: ", rule.at[i].q),
        shown_number(value), wrong.empty() ? "" : " is " + wrong);
    opinion.bad = opinion.bad || !wrong.empty();
  }
  return conclude(check, metric_of(check, measured), opinion);
}

template <class Extreme>
CheckVerdict by_extreme(const Check& check, const Extreme& rule, const Measured& measured) {
  if (measured.considered == 0) {
    return empty(check, measured.missing);
  }
  Opinion opinion;
  opinion.message = fmt::format("{}: {}", named(check), shown_cell(measured.number));
  opinion.bad = measured.violations > 0;
  const Limits& limits = rule.limits;
  opinion.why =
      fmt::format(" lies outside {} to {}{}", limits.min ? printable(limits.min->text) : "anything",
                  limits.max ? printable(limits.max->text) : "anything",
                  limits.strict == Strict::none ? "" : " (bounds excluded)");
  return conclude(check, metric_of(check, measured), opinion);
}

CheckVerdict by_age(const Check& check, const Freshness& rule, const Measured& measured,
                    std::int64_t now_ms) {
  if (!measured.latest_ms) {
    return {CheckStatus::error, fmt::format("{}: no finite time was found", subject(check))};
  }
  const std::int64_t age = now_ms - *measured.latest_ms;
  const std::string latest =
      fmt::format("{}: the newest value is {}", subject(check), utc(*measured.latest_ms));
  if (age < -day_ms) {
    // A single row from the future would otherwise keep the table fresh for ever.
    return {broken(check), fmt::format("{}, more than a day in the future", latest)};
  }
  const std::string old =
      format_duration(std::chrono::milliseconds(std::max<std::int64_t>(age, 0)));
  if (age > rule.max_age.count()) {
    return {broken(check),
            fmt::format("{}, {} old; at most {} is allowed", latest, old, rule.max_age_text)};
  }
  return {CheckStatus::pass, fmt::format("{}, {} old", latest, old)};
}

CheckVerdict by_rows(const Check& check, const Measured& measured, std::int64_t rows) {
  const double share =
      rows == 0 ? (measured.violations == 0 ? 1.0 : 0.0)
                : static_cast<double>(rows - measured.violations) / static_cast<double>(rows);
  Opinion opinion;
  opinion.message = fmt::format("{}: the query returned {} row{}", check.name,
                                grouped(measured.violations), measured.violations == 1 ? "" : "s");
  const bool lenient = check.zones.warn && !check.zones.fail && check.mostly == 1.0;
  opinion.bad =
      measured.violations > 0 && !(check.mostly < 1.0 && share >= check.mostly) && !lenient;
  opinion.tail = sample_text(check, measured);
  opinion.fine = fmt::format("{}: {} rows returned", check.name, grouped(measured.violations));
  Metric metric{Metric::Sort::count, static_cast<double>(measured.violations),
                static_cast<double>(rows)};
  return conclude(check, metric, opinion);
}

// Rules whose verdict has a shape of its own; nullopt: it is none of them.
std::optional<CheckVerdict> judge_special(const Check& check, const Measured& measured,
                                          const Circumstances& around) {
  const Rule& rule = check.rule;
  if (std::holds_alternative<ColumnSet>(rule)) {
    return by_problems(check, measured,
                       fmt::format("{}: {} columns as declared", check.name, measured.considered),
                       Empty::counts);
  }
  if (std::holds_alternative<DistinctValues>(rule)) {
    return by_problems(check, measured,
                       fmt::format("{}: {} distinct values{}", subject(check),
                                   shown_cell(measured.number), values_text(measured)),
                       Empty::as_configured);
  }
  if (std::holds_alternative<MostCommon>(rule)) {
    Measured told = measured;
    told.problems = {"the most common value is not among those named" + values_text(measured)};
    return by_problems(check, told,
                       fmt::format("{}: as named{}", named(check), values_text(measured)),
                       Empty::as_configured);
  }
  if (const auto* leakage = std::get_if<LabelLeakage>(&rule)) {
    return by_problems(check, measured,
                       fmt::format("{}: no column tells {} with a skill above {}", check.name,
                                   printable(leakage->label), leakage->max),
                       Empty::as_configured);
  }
  if (const auto* files = std::get_if<Files>(&rule)) {
    return by_files(check, *files, measured);
  }
  if (const auto* periods = std::get_if<Periods>(&rule)) {
    return by_periods(check, *periods, measured);
  }
  if (const auto* mixed = std::get_if<MixedTypes>(&rule)) {
    return by_mixture(check, *mixed, measured);
  }
  if (const auto* change = std::get_if<RowCountChange>(&rule)) {
    return by_change(check, *change, measured, around);
  }
  if (const auto* anomaly = std::get_if<Anomaly>(&rule)) {
    return by_anomaly(check, *anomaly, around);
  }
  return std::nullopt;
}

CheckVerdict judge_one(const Check& check, const Measured& measured, const Circumstances& around) {
  const Rule& rule = check.rule;
  if (auto special = judge_special(check, measured, around)) {
    return std::move(*special);
  }
  if (const auto* sql = std::get_if<Sql>(&rule)) {
    return sql->expect ? by_number(check, &*sql->expect, measured)
                       : by_rows(check, measured, around.rows);
  }
  if (const auto* quantiles = std::get_if<Quantiles>(&rule)) {
    return by_quantiles(check, *quantiles, measured);
  }
  if (const auto* least = std::get_if<MinValue>(&rule)) {
    return by_extreme(check, *least, measured);
  }
  if (const auto* greatest = std::get_if<MaxValue>(&rule)) {
    return by_extreme(check, *greatest, measured);
  }
  if (std::holds_alternative<NotConstant>(rule)) {
    static const Bounds several{2.0, std::nullopt, std::nullopt, Strict::none};
    return measured.considered == 0 ? empty(check, measured.missing)
                                    : by_number(check, &several, measured);
  }
  if (const auto* fresh = std::get_if<Freshness>(&rule)) {
    return measured.considered == 0 ? empty(check, measured.missing)
                                    : by_age(check, *fresh, measured, around.now_ms);
  }
  if (counts_rows(rule)) {
    return measured.considered == 0 ? empty(check, measured.missing) : by_share(check, measured);
  }
  return by_number(check, bounds_of(rule), measured);
}

int badness(CheckStatus status) {
  static constexpr int ranks[] = {1, 2, 3, 4, 0};
  return ranks[static_cast<std::size_t>(status)];
}

// The worst segment speaks for all.
CheckVerdict judge_segments(const Check& check, const Measured& measured,
                            const Circumstances& around) {
  if (measured.segments.empty()) {
    return empty(check, 0);
  }
  CheckVerdict worst;
  std::string where;
  std::size_t bad = 0;
  for (const Segment& segment : measured.segments) {
    CheckVerdict verdict = judge_segment(check, segment.measured, around);
    bad += badness(verdict.status) > 1 ? 1U : 0U;
    if (where.empty() || badness(verdict.status) > badness(worst.status)) {
      worst = std::move(verdict);
      where = segment.name;
    }
  }
  if (bad == 0) {
    return {worst.status,
            fmt::format("{}: holds in each of {} segments", check.name, measured.segments.size())};
  }
  return {worst.status,
          fmt::format("{} of {} segments {} not hold; where {}: {}", bad, measured.segments.size(),
                      bad == 1 ? "does" : "do", where, worst.message)};
}

}  // namespace

CheckVerdict judge(const Check& check, const Measured& measured, const Circumstances& around) {
  if (!measured.error.empty() && check.origin) {
    return {CheckStatus::error, "could not be evaluated: " + measured.error};
  }
  if (!measured.error.empty()) {
    return {CheckStatus::error,
            fmt::format("{}: could not be evaluated: {}", check.name, measured.error)};
  }
  if (!measured.skipped.empty()) {
    return {CheckStatus::skipped, fmt::format("{}: {}", check.name, measured.skipped)};
  }
  if (const auto* expectation = std::get_if<Expectation>(&check.rule)) {
    return judge_expectation(check, *expectation, measured);
  }
  if (!check.group_by.empty() && (!measured.segments.empty() || measured.considered == 0)) {
    return judge_segments(check, measured, around);
  }
  return judge_one(check, measured, around);
}

CheckVerdict judge_segment(const Check& check, const Measured& segment,
                           const Circumstances& around) {
  Check one = check;
  one.group_by.clear();
  return judge(one, segment, around);
}

bool reads_circumstances(const Rule& rule) {
  return std::holds_alternative<Freshness>(rule) || std::holds_alternative<RowCountChange>(rule) ||
         std::holds_alternative<Anomaly>(rule);
}

std::string_view status_name(CheckStatus status) {
  static constexpr std::string_view names[] = {"pass", "warn", "fail", "error", "skipped"};
  return names[static_cast<std::size_t>(status)];
}

}  // namespace mlpipe::stages::data_check
