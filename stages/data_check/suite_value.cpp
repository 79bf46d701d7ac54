#include "stages/data_check/suite_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "runner/base/text.hpp"

namespace mlpipe::stages::data_check::suite_value {
namespace {

using spec::NodeKind;

constexpr double us_per_s = 1e6;

std::int64_t us_of(int year, unsigned month, unsigned day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::sys_days(date).time_since_epoch())
      .count();
}

std::string iso_text(std::int64_t us) {
  const std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(us)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto rest = (time - day).count();
  const std::int64_t second = rest / 1'000'000;
  const std::string fraction = rest % 1'000'000 == 0 ? "" : fmt::format(".{:06}", rest % 1'000'000);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     second / 3600, second / 60 % 60, second % 60, fraction);
}

Result<double> as_number(const Value& value, const std::string& what) {
  const auto* number = std::get_if<Number>(&value);
  return number == nullptr ? Result<double>(fail(Code::invalid, what + " takes numbers"))
                           : Result<double>(number->value);
}

Result<Value> make_time(const Arguments& arguments) {
  static constexpr std::array names{"year",   "month",  "day",        "hour",
                                    "minute", "second", "microsecond"};
  std::array<double, names.size()> part{0, 0, 0, 0, 0, 0, 0};
  if (arguments.plain.size() > names.size()) {
    return fail(Code::invalid, "datetime() takes at most seven numbers");
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto named = arguments.named.find(names[i]);
    if (i < arguments.plain.size()) {
      TRY(part[i], as_number(arguments.plain[i], "datetime()"));
    } else if (named != arguments.named.end()) {
      TRY(part[i], as_number(named->second, "datetime()"));
    }
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(part[0])),
                                         std::chrono::month(static_cast<unsigned>(part[1])),
                                         std::chrono::day(static_cast<unsigned>(part[2]))};
  if (!date.ok() || part[0] < 1 || part[0] > 9999) {
    return fail(Code::invalid, "datetime() needs a year, a month and a day that exist");
  }
  const double seconds = part[3] * 3600 + part[4] * 60 + part[5];
  return Time{us_of(static_cast<int>(part[0]), static_cast<unsigned>(part[1]),
                    static_cast<unsigned>(part[2])) +
              std::llround(seconds * us_per_s + part[6])};
}

Result<Value> make_span(const Arguments& arguments) {
  static const std::vector<std::pair<std::string, double>> units{
      {"days", 86400e6}, {"seconds", 1e6},  {"microseconds", 1},   {"milliseconds", 1e3},
      {"minutes", 60e6}, {"hours", 3600e6}, {"weeks", 7 * 86400e6}};
  double us = 0;
  if (arguments.plain.size() > units.size()) {
    return fail(Code::invalid, "timedelta() takes at most seven numbers");
  }
  for (std::size_t i = 0; i < arguments.plain.size(); ++i) {
    TRY(const double count, as_number(arguments.plain[i], "timedelta()"));
    us += count * units[i].second;
  }
  for (const auto& [name, value] : arguments.named) {
    const auto unit = std::find_if(units.begin(), units.end(),
                                   [&](const auto& one) { return one.first == name; });
    if (unit == units.end()) {
      return fail(Code::invalid, fmt::format("timedelta() has no `{}`", name));
    }
    TRY(const double count, as_number(value, "timedelta()"));
    us += count * unit->second;
  }
  return Span{us};
}

Result<Value> call_number(const std::string& name, const Arguments& arguments) {
  using Function = double (*)(double);
  static const std::map<std::string, Function> functions{
      {"sin", [](double x) { return std::sin(x); }},
      {"cos", [](double x) { return std::cos(x); }},
      {"tan", [](double x) { return std::tan(x); }},
      {"exp", [](double x) { return std::exp(x); }},
      {"abs", [](double x) { return std::fabs(x); }},
      {"trunc", [](double x) { return std::trunc(x); }},
      {"round", [](double x) { return std::nearbyint(x); }},
      {"sgn", [](double x) { return x < -1e-12  ? -1.0
                                    : x > 1e-12 ? 1.0
                                                : 0.0; }}};
  const auto function = functions.find(name);
  if (function == functions.end()) {
    return fail(Code::invalid, fmt::format("there is no function `{}`", printable(name)));
  }
  if (arguments.plain.size() != 1 || !arguments.named.empty()) {
    return fail(Code::invalid, fmt::format("{}() takes one number", name));
  }
  TRY(const double x, as_number(arguments.plain[0], name + "()"));
  const bool whole =
      name == "trunc" || name == "round" || name == "sgn" ||
      (name == "abs" && std::get<Number>(arguments.plain[0]).kind == NodeKind::integer);
  return Number{function->second(x), whole ? NodeKind::integer : NodeKind::real};
}

}  // namespace

Result<Value> combine(char sign, const Value& left, const Value& right) {
  const auto* a = std::get_if<Number>(&left);
  const auto* b = std::get_if<Number>(&right);
  if (a != nullptr && b != nullptr) {
    if (sign == '/' && b->value == 0) {
      return fail(Code::invalid, "it divides by zero");
    }
    const double value = sign == '+'   ? a->value + b->value
                         : sign == '-' ? a->value - b->value
                         : sign == '*' ? a->value * b->value
                         : sign == '/' ? a->value / b->value
                                       : std::pow(a->value, b->value);
    const bool whole = a->kind == NodeKind::integer && b->kind == NodeKind::integer &&
                       sign != '/' && (sign != '^' || b->value >= 0);
    return Number{value, whole ? NodeKind::integer : NodeKind::real};
  }
  const auto* time = std::get_if<Time>(&left);
  const auto* span = std::get_if<Span>(&right);
  if (time != nullptr && span != nullptr && (sign == '+' || sign == '-')) {
    return Time{time->us + std::llround(sign == '+' ? span->us : -span->us)};
  }
  if (std::holds_alternative<Span>(left) && std::holds_alternative<Time>(right) && sign == '+') {
    return combine('+', right, left);
  }
  if (const auto* other = std::get_if<Span>(&left); other != nullptr && span != nullptr) {
    if (sign == '+' || sign == '-') {
      return Span{sign == '+' ? other->us + span->us : other->us - span->us};
    }
  }
  if (std::holds_alternative<Span>(left) && b != nullptr && (sign == '*' || sign == '/')) {
    const double us = std::get<Span>(left).us;
    return Span{sign == '*' ? us * b->value : us / b->value};
  }
  if (a != nullptr && span != nullptr && sign == '*') {
    return Span{span->us * a->value};
  }
  return fail(Code::invalid,
              fmt::format("`{}` does not join a time and what stands beside it", sign));
}

Result<Value> call(const std::string& name, const Arguments& arguments) {
  return name == "datetime"    ? make_time(arguments)
         : name == "timedelta" ? make_span(arguments)
                               : call_number(name, arguments);
}

spec::Node to_node(const Value& value) {
  spec::Node node;
  if (const auto* time = std::get_if<Time>(&value)) {
    node.kind = NodeKind::string;
    node.text = iso_text(time->us);
  } else if (const auto* number = std::get_if<Number>(&value)) {
    node.kind = number->kind;
    node.text = number->kind == NodeKind::integer && std::fabs(number->value) < 9e15
                    ? fmt::format("{}", std::llround(number->value))
                    : fmt::format("{}", number->value);
  } else {
    node.kind = NodeKind::real;
    node.text = fmt::format("{}", std::get<Span>(value).us / us_per_s);
  }
  return node;
}

std::optional<std::int64_t> parse_iso_time(std::string_view text) {
  const std::string copy(text);
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int used = 0;
  if (std::sscanf(copy.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &used) != 3 || used < 8) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) {
    return std::nullopt;
  }
  std::string rest = copy.substr(static_cast<std::size_t>(used));
  const std::int64_t start = us_of(year, month, day);
  if (rest.empty()) {
    return start;
  }
  int hour = 0;
  int minute = 0;
  double second = 0;
  if ((rest[0] != 'T' && rest[0] != ' ') ||
      std::sscanf(rest.c_str() + 1, "%2d:%2d%n", &hour, &minute, &used) != 2) {
    return std::nullopt;
  }
  rest = rest.substr(static_cast<std::size_t>(used) + 1);
  if (rest.starts_with(':') && std::sscanf(rest.c_str() + 1, "%lf%n", &second, &used) == 1) {
    rest = rest.substr(static_cast<std::size_t>(used) + 1);
  }
  int ahead_hours = 0;
  int ahead_minutes = 0;
  if (rest.starts_with('+') || rest.starts_with('-')) {
    if (std::sscanf(rest.c_str() + 1, "%2d:%2d", &ahead_hours, &ahead_minutes) < 1) {
      return std::nullopt;
    }
  } else if (!rest.empty() && rest != "Z") {
    return std::nullopt;
  }
  const int ahead = (ahead_hours * 60 + ahead_minutes) * (rest.starts_with('-') ? -1 : 1);
  return start + (static_cast<std::int64_t>(hour) * 60 + minute - ahead) * 60'000'000 +
         std::llround(second * us_per_s);
}

}  // namespace mlpipe::stages::data_check::suite_value
