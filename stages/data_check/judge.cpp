#include "stages/data_check/judge.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "runner/base/text.hpp"
#include "stages/data_check/expectation_judge.hpp"

namespace mlpipe::stages::data_check {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::size_t longest_value = 60;

std::string utc(std::int64_t ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(ms)};
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                     fmt::gmtime(std::chrono::floor<std::chrono::seconds>(time)));
}

std::string subject(const Check& check) {
  std::string names;
  for (const std::string& column : check.columns) {
    names += (names.empty() ? "" : ", ") + printable(column);
  }
  return names;
}

// "are above 50", "are outside 0 to 50": said of the rows at fault.
std::string fault(const Limits& rule) {
  const std::string low = rule.min ? printable(rule.min->text) : "";
  const std::string high = rule.max ? printable(rule.max->text) : "";
  const bool strict_low = rule.strict == Strict::min || rule.strict == Strict::both;
  const bool strict_high = rule.strict == Strict::max || rule.strict == Strict::both;
  if (rule.min && rule.max) {
    return fmt::format("outside {} to {}{}", low, high,
                       strict_low || strict_high ? " (bounds excluded)" : "");
  }
  return rule.max ? fmt::format("{} {}", strict_high ? "not below" : "above", high)
                  : fmt::format("{} {}", strict_low ? "not above" : "below", low);
}

std::string fault(const Check& check) {
  if (const auto* between = std::get_if<Between>(&check.rule)) {
    return fault(between->limits);
  }
  if (const auto* matches = std::get_if<Matches>(&check.rule)) {
    return fmt::format("without a match of {}", printable(matches->regexes.front()));
  }
  if (std::holds_alternative<AcceptedValues>(check.rule)) {
    return "not among the accepted values";
  }
  if (std::holds_alternative<NotNull>(check.rule)) {
    return "missing";
  }
  return std::holds_alternative<PrimaryKey>(check.rule) ? "duplicate or missing" : "duplicate";
}

// "(rows 7, 19, 400: 51.2, 53, 60)"
std::string sample_text(const Check& check, const Measured& measured) {
  std::string rows;
  std::string values;
  for (const SampleRow& sample : measured.sample) {
    std::string value = printable(shown_cell(sample.value));
    if (value.size() > longest_value) {
      std::size_t cut = longest_value;
      while (cut > 0 && (static_cast<unsigned char>(value[cut]) & 0xC0U) == 0x80U) {
        --cut;
      }
      value = value.substr(0, cut) + "...";
    }
    if (sample.row) {
      rows += fmt::format("{}{}", rows.empty() ? "" : ", ", grouped(*sample.row));
    }
    values += fmt::format("{}{}", values.empty() ? "" : ", ", value);
  }
  const bool more = measured.violations > static_cast<std::int64_t>(measured.sample.size());
  if (measured.sample.empty()) {
    return "";
  }
  if (rows.empty()) {
    return fmt::format(" ({}{})", values, more ? ", ..." : "");
  }
  const std::string which = fmt::format(
      "{} {}{}", measured.sample.size() == 1 && !more ? "row" : "rows", rows, more ? ", ..." : "");
  return std::holds_alternative<NotNull>(check.rule)
             ? fmt::format(" ({})", which)
             : fmt::format(" ({}: {}{})", which, values, more ? ", ..." : "");
}

CheckStatus broken(const Check& check) {
  return check.severity == Severity::warning ? CheckStatus::warn : CheckStatus::fail;
}

CheckVerdict empty(const Check& check, std::int64_t missing) {
  const std::string why = missing > 0 ? fmt::format("all {} values are missing", grouped(missing))
                                      : "there are no rows";
  const CheckStatus status = check.on_empty == OnEmpty::pass   ? CheckStatus::pass
                             : check.on_empty == OnEmpty::warn ? CheckStatus::warn
                                                               : broken(check);
  return {status, fmt::format("{}: nothing to check, {}",
                              check.columns.empty() ? check.name : subject(check), why)};
}

CheckVerdict by_bounds(const Check& check, const Bounds& bounds, const port::Cell& cell,
                       const std::string& what) {
  const auto* whole = std::get_if<std::int64_t>(&cell);
  const auto* real = std::get_if<double>(&cell);
  const double value = whole != nullptr  ? static_cast<double>(*whole)
                       : real != nullptr ? *real
                                         : 0.0;
  const std::string shown = whole != nullptr ? grouped(*whole) : fmt::format("{}", value);
  std::string wrong;
  // Asked so that a NaN holds no bound.
  if (bounds.equals && !(value == *bounds.equals)) {
    wrong = fmt::format("not {}", *bounds.equals);
  } else if (bounds.min && !(value >= *bounds.min)) {
    wrong = fmt::format("below {}", *bounds.min);
  } else if (bounds.max && !(value <= *bounds.max)) {
    wrong = fmt::format("above {}", *bounds.max);
  }
  if (wrong.empty()) {
    return {CheckStatus::pass, fmt::format("{}: {}", what, shown)};
  }
  return {broken(check), fmt::format("{}: {} is {}", what, shown, wrong)};
}

CheckVerdict by_share(const Check& check, const Measured& measured) {
  const auto total = static_cast<double>(measured.considered);
  const double share = static_cast<double>(measured.considered - measured.violations) / total;
  const std::string what = check.columns.empty() ? check.name : subject(check);
  const std::string counted = fmt::format(
      "{}: {} of {} rows {} {}", what, grouped(measured.violations), grouped(measured.considered),
      measured.violations == 1 ? "is" : "are", fault(check));
  if (share >= check.mostly) {
    return {CheckStatus::pass,
            measured.violations == 0
                ? fmt::format("{}: {} rows hold", what, grouped(measured.considered))
                : counted + fmt::format(", within mostly {}", check.mostly)};
  }
  return {broken(check), counted + sample_text(check, measured)};
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

CheckVerdict by_sql(const Check& check, const Sql& sql, const Measured& measured,
                    std::int64_t rows) {
  if (sql.expect) {
    return by_bounds(check, *sql.expect, measured.number, check.name);
  }
  const double share =
      rows == 0 ? (measured.violations == 0 ? 1.0 : 0.0)
                : static_cast<double>(rows - measured.violations) / static_cast<double>(rows);
  if (measured.violations == 0 || (check.mostly < 1.0 && share >= check.mostly)) {
    return {CheckStatus::pass,
            fmt::format("{}: {} rows returned", check.name, grouped(measured.violations))};
  }
  return {broken(check),
          fmt::format("{}: the query returned {} row{}{}", check.name, grouped(measured.violations),
                      measured.violations == 1 ? "" : "s", sample_text(check, measured))};
}

CheckVerdict by_columns(const Check& check, const Measured& measured) {
  if (measured.problems.empty()) {
    return {CheckStatus::pass,
            fmt::format("{}: {} columns as declared", check.name, measured.considered)};
  }
  std::string all;
  for (const std::string& problem : measured.problems) {
    all += (all.empty() ? "" : "; ") + problem;
  }
  return {broken(check), fmt::format("{}: {}", check.name, all)};
}

}  // namespace

CheckVerdict judge(const Check& check, const Measured& measured, std::int64_t rows,
                   std::int64_t now_ms) {
  if (!measured.error.empty() && check.origin) {
    return {CheckStatus::error, "could not be evaluated: " + measured.error};
  }
  if (!measured.error.empty()) {
    return {CheckStatus::error,
            fmt::format("{}: could not be evaluated: {}", check.name, measured.error)};
  }
  if (const auto* expectation = std::get_if<Expectation>(&check.rule)) {
    return judge_expectation(check, *expectation, measured);
  }
  if (const auto* count = std::get_if<RowCount>(&check.rule)) {
    return by_bounds(check, count->bounds, measured.number, check.name);
  }
  if (std::holds_alternative<ColumnSet>(check.rule)) {
    return by_columns(check, measured);
  }
  if (const auto* sql = std::get_if<Sql>(&check.rule)) {
    return by_sql(check, *sql, measured, rows);
  }
  if (measured.considered == 0) {
    return empty(check, measured.missing);
  }
  if (const auto* fresh = std::get_if<Freshness>(&check.rule)) {
    return by_age(check, *fresh, measured, now_ms);
  }
  return by_share(check, measured);
}

std::string_view status_name(CheckStatus status) {
  static constexpr std::string_view names[] = {"pass", "warn", "fail", "error", "skipped"};
  return names[static_cast<std::size_t>(status)];
}

std::string grouped(std::int64_t number) {
  std::string digits = fmt::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string shown_cell(const port::Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return *text;
  }
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    return fmt::to_string(*whole);
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return fmt::format("{}", *real);
  }
  return "NULL";
}

}  // namespace mlpipe::stages::data_check
