#include "stages/data_check/metric.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "runner/base/text.hpp"
#include "stages/data_check/ask.hpp"

namespace mlpipe::stages::data_check {
namespace {

constexpr double hundred = 100.0;

template <class T, class Variant>
struct IsAmong;
template <class T, class... All>
struct IsAmong<T, std::variant<All...>> : std::disjunction<std::is_same<T, All>...> {};

using RowRules = std::variant<NotNull, IsNull, Between, AcceptedValues, ForbiddenValues, Matches,
                              NotMatches, Like, NotLike, Length, HasFormat, TimeFormat, JsonSchema,
                              NotBlank, Trimmed, NotSpecial, NoControl, ZScore, Iqr, Monotonic,
                              Sequential, NoPersonalData, Compare, PairValues, RowSum, UniqueInRow,
                              Expression, Unique, PrimaryKey, DuplicateRows, ConflictingLabels,
                              SpellingVariants, ForeignKey, NoOverlap, KnownValues, LaterThan>;

std::optional<double> read_number(std::string_view text, bool& percent) {
  text = trim(text);
  percent = text.ends_with('%');
  if (percent) {
    text = trim(text.substr(0, text.size() - 1));
  }
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  const bool whole = !copy.empty() && end == copy.c_str() + copy.size();
  return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<Zone> parse_span(std::string_view text, Zone::Test test) {
  const auto word = text.find(" and ");
  if (word == std::string_view::npos) {
    return std::nullopt;
  }
  bool low_percent = false;
  bool high_percent = false;
  const auto low = read_number(text.substr(0, word), low_percent);
  const auto high = read_number(text.substr(word + 5), high_percent);
  if (!low || !high || *low > *high || low_percent != high_percent) {
    return std::nullopt;
  }
  return Zone{test, low_percent ? Zone::Unit::percent : Zone::Unit::number, *low, *high, ""};
}

}  // namespace

double Metric::kept() const {
  return sort == Sort::number ? value : whole > 0 ? value / whole : 0.0;
}

bool counts_rows(const Rule& rule) {
  return std::visit(
      [](const auto& one) { return IsAmong<std::decay_t<decltype(one)>, RowRules>::value; }, rule);
}

std::optional<Metric> metric_of(const Check& check, const Measured& measured) {
  const auto count = [](std::int64_t value, double whole) {
    return Metric{Metric::Sort::count, static_cast<double>(value), whole};
  };
  const Rule& rule = check.rule;
  if (std::holds_alternative<RowCount>(rule) || std::holds_alternative<RowCountChange>(rule)) {
    return Metric{Metric::Sort::number, static_cast<double>(measured.considered), 0};
  }
  if (std::holds_alternative<Periods>(rule)) {
    return measured.numbers.empty()
               ? std::nullopt
               : std::optional(count(measured.violations, number_of(measured.numbers[0])));
  }
  if (std::holds_alternative<MixedTypes>(rule) && measured.considered > 0) {
    const double share =
        static_cast<double>(measured.violations) / static_cast<double>(measured.considered);
    return Metric{Metric::Sort::number, std::min(share, 1 - share), 0};
  }
  const auto* sql = std::get_if<Sql>(&rule);
  if (sql != nullptr && !sql->expect) {
    return count(measured.violations, static_cast<double>(measured.considered));
  }
  if (std::holds_alternative<ColumnSet>(rule) || std::holds_alternative<DistinctValues>(rule) ||
      std::holds_alternative<MostCommon>(rule)) {
    return Metric{Metric::Sort::number, static_cast<double>(measured.violations), 0};
  }
  if (counts_rows(rule)) {
    return measured.considered == 0
               ? std::nullopt
               : std::optional(
                     count(measured.violations, static_cast<double>(measured.considered)));
  }
  const bool number = std::holds_alternative<std::int64_t>(measured.number) ||
                      std::holds_alternative<double>(measured.number);
  return number ? std::optional(Metric{Metric::Sort::number, number_of(measured.number), 0})
                : std::nullopt;
}

bool lies_in(const Zone& zone, const Metric& metric) {
  double value = metric.value;
  if (zone.unit == Zone::Unit::percent) {
    value = metric.sort == Metric::Sort::number ? value * hundred
            : metric.whole > 0                  ? value * hundred / metric.whole
                                                : 0.0;
  }
  switch (zone.test) {
    case Zone::Test::above:
      return value > zone.low;
    case Zone::Test::at_least:
      return value >= zone.low;
    case Zone::Test::below:
      return value < zone.low;
    case Zone::Test::at_most:
      return value <= zone.low;
    case Zone::Test::equals:
      return value == zone.low;
    case Zone::Test::differs:
      return !(value == zone.low);
    case Zone::Test::between:
      return value >= zone.low && value <= zone.high;
    case Zone::Test::outside:
      return !(value >= zone.low && value <= zone.high);
  }
  return true;
}

std::optional<Zone> parse_zone(std::string_view text) {
  const std::string_view whole = trim(text);
  std::optional<Zone> zone;
  if (whole.starts_with("between ")) {
    zone = parse_span(whole.substr(8), Zone::Test::between);
  } else if (whole.starts_with("not between ")) {
    zone = parse_span(whole.substr(12), Zone::Test::outside);
  } else {
    static constexpr std::pair<std::string_view, Zone::Test> tests[] = {
        {">=", Zone::Test::at_least}, {"<=", Zone::Test::at_most}, {"!=", Zone::Test::differs},
        {"==", Zone::Test::equals},   {">", Zone::Test::above},    {"<", Zone::Test::below},
        {"=", Zone::Test::equals}};
    for (const auto& [sign, test] : tests) {
      if (whole.starts_with(sign)) {
        bool percent = false;
        if (const auto value = read_number(whole.substr(sign.size()), percent)) {
          zone = Zone{test, percent ? Zone::Unit::percent : Zone::Unit::number, *value, 0, ""};
        }
        break;
      }
    }
  }
  if (zone) {
    zone->text = std::string(whole);
  }
  return zone;
}

std::string fault_of(const Bounds& bounds, double value) {
  const bool open_low = bounds.strict == Strict::min || bounds.strict == Strict::both;
  const bool open_high = bounds.strict == Strict::max || bounds.strict == Strict::both;
  if (bounds.equals && !(value == *bounds.equals)) {
    return fmt::format("not {}", *bounds.equals);
  }
  if (bounds.min && !(open_low ? value > *bounds.min : value >= *bounds.min)) {
    return fmt::format("{} {}", open_low ? "not above" : "below", *bounds.min);
  }
  if (bounds.max && !(open_high ? value < *bounds.max : value <= *bounds.max)) {
    return fmt::format("{} {}", open_high ? "not below" : "above", *bounds.max);
  }
  return "";
}

}  // namespace mlpipe::stages::data_check
