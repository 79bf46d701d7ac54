#include "stages/data_check/wording.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "runner/base/text.hpp"
#include "stages/data_check/ask.hpp"
#include "stages/data_check/patterns.hpp"

namespace mlpipe::stages::data_check {
namespace {

constexpr std::size_t longest_value = 60;
constexpr std::size_t shown_values = 5;
constexpr double exact_whole = 9e15;

std::string shortened(std::string value) {
  if (value.size() <= longest_value) {
    return value;
  }
  std::size_t cut = longest_value;
  while (cut > 0 && (static_cast<unsigned char>(value[cut]) & 0xC0U) == 0x80U) {
    --cut;
  }
  return value.substr(0, cut) + "...";
}

std::string listed(const std::vector<std::string>& texts, const char* word) {
  std::string all;
  for (const std::string& text : texts) {
    all += fmt::format("{}{}", all.empty() ? "" : fmt::format(" {} ", word), printable(text));
  }
  return all;
}

std::string limits(const std::string& low, const std::string& high, Strict strict) {
  const bool open_low = strict == Strict::min || strict == Strict::both;
  const bool open_high = strict == Strict::max || strict == Strict::both;
  if (!low.empty() && !high.empty()) {
    return fmt::format("outside {} to {}{}", low, high,
                       open_low || open_high ? " (bounds excluded)" : "");
  }
  return !high.empty() ? fmt::format("{} {}", open_high ? "not below" : "above", high)
                       : fmt::format("{} {}", open_low ? "not above" : "below", low);
}

std::string bound_text(const std::optional<double>& bound) {
  return bound ? fmt::format("{}", *bound) : "";
}

struct Words {
  const Check& check;
  const Measured& measured;

  std::string operator()(const NotNull&) const { return "missing"; }
  std::string operator()(const IsNull&) const { return "not missing"; }
  std::string operator()(const Between& rule) const {
    const Limits& bounds = rule.limits;
    return limits(bounds.min ? printable(bounds.min->text) : "",
                  bounds.max ? printable(bounds.max->text) : "", bounds.strict);
  }
  std::string operator()(const AcceptedValues&) const { return "not among the accepted values"; }
  std::string operator()(const ForbiddenValues&) const { return "forbidden"; }
  std::string operator()(const Matches& rule) const {
    return "without a match of " +
           listed(rule.regexes, rule.needed == Quantifier::any ? "or" : "and");
  }
  std::string operator()(const NotMatches& rule) const {
    return "a match of " + listed(rule.regexes, "or");
  }
  std::string operator()(const Like& rule) const {
    return "not like " + listed(rule.patterns, rule.needed == Quantifier::any ? "or" : "and");
  }
  std::string operator()(const NotLike& rule) const {
    return "like " + listed(rule.patterns, "or");
  }
  std::string operator()(const Length& rule) const {
    return "of a length " + (rule.bounds.equals
                                 ? fmt::format("other than {}", *rule.bounds.equals)
                                 : limits(bound_text(rule.bounds.min), bound_text(rule.bounds.max),
                                          rule.bounds.strict));
  }
  std::string operator()(const HasFormat& rule) const {
    return fmt::format("no {}", format_name(rule.format));
  }
  std::string operator()(const TimeFormat& rule) const {
    return "not in the form " + printable(rule.pattern);
  }
  std::string operator()(const JsonSchema&) const { return "no JSON that fits the schema"; }
  std::string operator()(const NotBlank&) const { return "blank"; }
  std::string operator()(const Trimmed&) const { return "with blanks at an end"; }
  std::string operator()(const NotSpecial&) const { return "without a letter or digit"; }
  std::string operator()(const NoControl&) const { return "with control characters"; }
  std::string operator()(const ZScore& rule) const {
    return fmt::format("more than {} standard deviations {} the mean{}", rule.max,
                       rule.side == ZScore::Side::both ? "from" : "above", numbers(" ", " +- "));
  }
  std::string operator()(const Iqr&) const { return "outside" + numbers(" ", " to "); }
  std::string operator()(const Monotonic& rule) const {
    const bool rising = rule.direction == Monotonic::Direction::increasing;
    const bool ties = rule.ties == Monotonic::Ties::allowed;
    return fmt::format("{} the row before",
                       rising ? (ties ? "below" : "not above") : (ties ? "above" : "not below"));
  }
  std::string operator()(const Sequential& rule) const {
    return fmt::format("not {} more than the row before", rule.step);
  }
  std::string operator()(const NoPersonalData& rule) const {
    std::string kinds;
    for (const Personal kind : rule.kinds) {
      kinds += fmt::format("{}{}", kinds.empty() ? "" : ", ", personal_name(kind));
    }
    return "with personal data (" + kinds + ")";
  }
  std::string operator()(const Compare& rule) const {
    static constexpr const char* signs[] = {"<", "<=", "=", "<>", ">=", ">"};
    return fmt::format("not {} {} {}", printable(check.columns.at(0)),
                       signs[static_cast<std::size_t>(rule.op)], printable(check.columns.at(1)));
  }
  std::string operator()(const PairValues&) const { return "no accepted combination"; }
  std::string operator()(const RowSum& rule) const {
    return "with a sum " + (rule.bounds.equals
                                ? fmt::format("other than {}", *rule.bounds.equals)
                                : limits(bound_text(rule.bounds.min), bound_text(rule.bounds.max),
                                         rule.bounds.strict));
  }
  std::string operator()(const UniqueInRow&) const { return "with a value twice"; }
  std::string operator()(const Expression& rule) const {
    return "without " + shortened(printable(rule.sql));
  }
  std::string operator()(const Unique&) const { return "duplicate"; }
  std::string operator()(const PrimaryKey&) const { return "duplicate or missing"; }
  std::string operator()(const DuplicateRows&) const { return "copies of an earlier row"; }
  std::string operator()(const ConflictingLabels& rule) const {
    return fmt::format("equal in all but {}", printable(rule.label));
  }
  std::string operator()(const SpellingVariants&) const {
    return "another spelling of a more common value";
  }
  std::string operator()(const ForeignKey& rule) const {
    return "without a row in " + printable(rule.references.table);
  }
  std::string operator()(const NoOverlap& rule) const {
    return "in " + printable(rule.with.table) + " too";
  }
  std::string operator()(const KnownValues& rule) const {
    return "not known to " + printable(rule.in.table);
  }
  std::string operator()(const LaterThan& rule) const {
    return fmt::format("not later than all of {} ({})", printable(rule.than.table),
                       shown_cell(measured.high));
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return "at fault";
  }

  std::string numbers(const char* before, const char* between) const {
    return measured.numbers.size() < 2
               ? ""
               : fmt::format("{}{:.6g}{}{:.6g}", before, number_of(measured.numbers[0]), between,
                             number_of(measured.numbers[1]));
  }
};

}  // namespace

std::string fault(const Check& check, const Measured& measured) {
  return std::visit(Words{check, measured}, check.rule);
}

std::string subject(const Check& check) {
  std::string names;
  for (const std::string& column : check.columns) {
    names += (names.empty() ? "" : ", ") + printable(column);
  }
  return names.empty() ? check.name : names;
}

std::string sample_text(const Check& check, const Measured& measured) {
  std::string rows;
  std::string values;
  for (const SampleRow& sample : measured.sample) {
    const std::string value = shortened(printable(shown_cell(sample.value)));
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

std::string values_text(const Measured& measured) {
  std::string values;
  for (std::size_t i = 0; i < std::min(shown_values, measured.values.size()); ++i) {
    const ValueCount& value = measured.values[i];
    values += fmt::format("{}{}: {}", i == 0 ? "" : ", ",
                          shortened(printable(shown_cell(value.value))), grouped(value.rows));
  }
  return values.empty()
             ? ""
             : fmt::format(" ({}{})", values, measured.values.size() > shown_values ? ", ..." : "");
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

std::string shown_number(double value) {
  return value == std::floor(value) && std::abs(value) < exact_whole
             ? grouped(static_cast<std::int64_t>(value))
             : fmt::format("{}", value);
}

std::string shown_cell(const port::Cell& cell) {
  return text_of(cell);
}

}  // namespace mlpipe::stages::data_check
