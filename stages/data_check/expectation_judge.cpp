#include "stages/data_check/expectation_judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <cstdlib>

#include "runner/base/text.hpp"
#include "stages/data_check/date_text.hpp"
#include "stages/data_check/suite_kwargs.hpp"

namespace mlpipe::stages::data_check {
namespace {

constexpr std::size_t shown_rows = 10;
constexpr std::size_t longest_value = 60;

CheckStatus broken(const Check& check) {
  return check.severity == Severity::warning ? CheckStatus::warn : CheckStatus::fail;
}

std::string limits_text(const Limits& limits) {
  const bool low = limits.strict == Strict::min || limits.strict == Strict::both;
  const bool high = limits.strict == Strict::max || limits.strict == Strict::both;
  std::string text;
  if (limits.min) {
    text = fmt::format("{} {}", low ? "above" : "at least", printable(limits.min->text));
  }
  if (limits.max) {
    text += fmt::format("{}{} {}", text.empty() ? "" : " and ", high ? "below" : "at most",
                        printable(limits.max->text));
  }
  return text;
}

// The columns, as a message begins; "the table" where none is named.
std::string about(const Check& check) {
  std::string names;
  for (const std::string& column : check.columns) {
    names += (names.empty() ? "" : ", ") + printable(column);
  }
  return names.empty() ? "the table" : names;
}

// What rows at fault are; absent: the expectation is not one on rows.
std::string fault(const expect::InRange& asked) {
  return "not " + limits_text(asked.limits);
}
std::string fault(const expect::LengthInRange& asked) {
  return "of a length that is not " + limits_text(asked.limits);
}
std::string fault(const expect::Member& asked) {
  return asked.sense == expect::Sense::wanted ? "not in the set" : "in the set";
}
std::string fault(const expect::Null& asked) {
  return asked.sense == expect::Sense::wanted ? "not null" : "null";
}
std::string fault(const expect::Distinct&) {
  return "not unique";
}
std::string fault(const expect::OfType& asked) {
  std::string types;
  for (const std::string& type : asked.types) {
    types += (types.empty() ? "" : ", ") + printable(type);
  }
  return "not of the type " + types;
}
std::string fault(const expect::ZScore& asked) {
  return fmt::format("at a z-score that is not below {}", asked.threshold);
}
std::string fault(const expect::Matching& asked) {
  return fmt::format(
      "{} {}", asked.sense == expect::Sense::wanted ? "without a match of" : "a match of",
      asked.patterns.size() == 1 ? printable(asked.patterns[0]) : std::string("the patterns"));
}
std::string fault(const expect::DateFormat& asked) {
  return "not of the form " + printable(asked.format);
}
std::string fault(const expect::DateText&) {
  return "no date";
}
std::string fault(const expect::JsonText&) {
  return "no JSON";
}
std::string fault(const expect::JsonSchema&) {
  return "against the JSON Schema";
}
std::string fault(const expect::Sorted& asked) {
  return asked.direction == expect::Direction::up ? "not above the one before"
                                                  : "not below the one before";
}
std::string fault(const expect::Greater&) {
  return "not greater";
}
std::string fault(const expect::PairEqual&) {
  return "not equal";
}
std::string fault(const expect::PairMember&) {
  return "not among the pairs";
}
std::string fault(const expect::CompoundDistinct&) {
  return "not unique";
}
std::string fault(const expect::DistinctInRecord&) {
  return "not unique within the row";
}
std::string fault(const expect::RecordSum& asked) {
  return fmt::format("of another sum than {}", asked.total);
}

template <typename T>
concept OfRows = requires(const T& asked) {
  { fault(asked) } -> std::same_as<std::string>;
};

// "(rows 7, 19: 51.2, 53, ...)"
std::string sample_text(const Measured& measured) {
  std::string rows;
  std::string values;
  for (std::size_t i = 0; i < std::min(measured.sample.size(), shown_rows); ++i) {
    const SampleRow& sample = measured.sample[i];
    std::string value = printable(shown_cell(sample.value));
    if (value.size() > longest_value) {
      std::size_t cut = longest_value;
      while (cut > 0 && (static_cast<unsigned char>(value[cut]) & 0xC0U) == 0x80U) {
        --cut;
      }
      value = value.substr(0, cut) + "...";
    }
    rows += sample.row ? fmt::format("{}{}", rows.empty() ? "" : ", ", grouped(*sample.row)) : "";
    values += fmt::format("{}{}", values.empty() ? "" : ", ", value);
  }
  const char* more =
      measured.violations > static_cast<std::int64_t>(std::min(measured.sample.size(), shown_rows))
          ? ", ..."
          : "";
  if (values.empty()) {
    return "";
  }
  return rows.empty() ? fmt::format(" ({}{})", values, more)
                      : fmt::format(" ({} {}{}: {}{})", measured.violations == 1 ? "row" : "rows",
                                    rows, more, values, more);
}

// (considered - violations) / considered >= mostly; where nothing counts, it holds.
template <OfRows T>
CheckVerdict verdict(const Check& check, const T& asked, const Measured& measured) {
  if (measured.considered == 0) {
    return {CheckStatus::pass, fmt::format("{}: no row counts", about(check))};
  }
  const double share = static_cast<double>(measured.considered - measured.violations) /
                       static_cast<double>(measured.considered);
  if (measured.violations == 0) {
    return {CheckStatus::pass,
            fmt::format("{}: all {} rows hold", about(check), grouped(measured.considered))};
  }
  const bool holds = share >= check.mostly;
  const std::string mostly =
      check.mostly < 1.0 ? fmt::format("; {:.4g} hold, {} must", share, check.mostly) : "";
  return {holds ? CheckStatus::pass : broken(check),
          fmt::format("{}: {} of {} rows {} {}{}{}", about(check), grouped(measured.violations),
                      grouped(measured.considered), measured.violations == 1 ? "is" : "are",
                      fault(asked), mostly, sample_text(measured))};
}

// A value beside one limit: -1, 0, 1, or 2 where it is none of them (NaN).
int compared(const port::Cell& cell, const Scalar& limit) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    const auto time = read_date_text(*text);
    const auto other = read_date_text(limit.text);
    if (time && other) {
      return *time < *other ? -1 : *time > *other ? 1 : 0;
    }
    const int order = text->compare(limit.text);
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  const auto* whole = std::get_if<std::int64_t>(&cell);
  const auto* real = std::get_if<double>(&cell);
  const double value = whole != nullptr ? static_cast<double>(*whole) : *real;
  const double other = number_of(limit);
  return value < other ? -1 : value > other ? 1 : value == other ? 0 : 2;
}

CheckVerdict in_limits(const Check& check, const Limits& limits, const port::Cell& number) {
  const bool any = limits.min || limits.max;
  if (std::holds_alternative<std::monostate>(number)) {
    // Nothing to compare fails, unless nothing is asked.
    return {any ? broken(check) : CheckStatus::pass,
            fmt::format("{}: there is no value", about(check))};
  }
  const bool strict_low = limits.strict == Strict::min || limits.strict == Strict::both;
  const bool strict_high = limits.strict == Strict::max || limits.strict == Strict::both;
  const int low = limits.min ? compared(number, *limits.min) : 1;
  const int high = limits.max ? compared(number, *limits.max) : -1;
  const bool holds =
      (low == 1 || (low == 0 && !strict_low)) && (high == -1 || (high == 0 && !strict_high));
  return {holds ? CheckStatus::pass : broken(check),
          fmt::format("{}: {}{}", about(check), printable(shown_cell(number)),
                      holds ? "" : ", not " + limits_text(limits))};
}

CheckVerdict by_problems(const Check& check, const Measured& measured) {
  if (measured.problems.empty()) {
    return {CheckStatus::pass, fmt::format("{}: holds", about(check))};
  }
  std::string all;
  for (const std::string& problem : measured.problems) {
    all += (all.empty() ? "" : "; ") + problem;
  }
  const bool more = measured.violations > static_cast<std::int64_t>(measured.problems.size());
  return {broken(check), fmt::format("{}: {}{}", about(check), all, more ? "; ..." : "")};
}

CheckVerdict verdict(const Check& check, const expect::Statistic& asked, const Measured& measured) {
  return in_limits(check, asked.limits, measured.number);
}
CheckVerdict verdict(const Check& check, const expect::NonNullShare& asked,
                     const Measured& measured) {
  return in_limits(check, asked.limits, measured.number);
}
CheckVerdict verdict(const Check& check, const expect::RowCount& asked, const Measured& measured) {
  return in_limits(check, asked.limits, measured.number);
}
CheckVerdict verdict(const Check& check, const expect::ColumnCount& asked,
                     const Measured& measured) {
  return in_limits(check, asked.limits, measured.number);
}

// What is compared is a number that may be infinite: then there is none.
CheckVerdict verdict(const Check& check, const expect::KlDivergence& asked,
                     const Measured& measured) {
  const auto* value = std::get_if<double>(&measured.number);
  const bool holds = !asked.threshold || (value != nullptr && *value <= *asked.threshold);
  return {holds ? CheckStatus::pass : broken(check),
          fmt::format("{}: the divergence is {}{}", about(check),
                      value == nullptr ? std::string("infinite") : fmt::format("{}", *value),
                      holds ? "" : fmt::format(", above {}", *asked.threshold))};
}

CheckVerdict verdict(const Check& check, const expect::CramersPhi& asked,
                     const Measured& measured) {
  const auto* value = std::get_if<double>(&measured.number);
  const bool holds = value != nullptr && *value <= asked.threshold;
  return {holds ? CheckStatus::pass : broken(check),
          value == nullptr ? fmt::format("{}: there is no value", about(check))
                           : fmt::format("{}: phi is {:.6g}{}", about(check), *value,
                                         holds ? "" : fmt::format(", above {}", asked.threshold))};
}

enum class AtP : std::uint8_t { excluded, included };

CheckVerdict by_p(const Check& check, double p, AtP at, const Measured& measured) {
  const auto* value = std::get_if<double>(&measured.number);
  const bool holds = value != nullptr && (at == AtP::included ? *value >= p : *value > p);
  return {holds ? CheckStatus::pass : broken(check),
          value == nullptr ? fmt::format("{}: there is no value", about(check))
                           : fmt::format("{}: p is {:.6g}, {} {}", about(check), *value,
                                         holds ? "above" : "not above", p)};
}

CheckVerdict verdict(const Check& check, const expect::ChiSquare& asked, const Measured& measured) {
  return by_p(check, asked.p, AtP::excluded, measured);
}
CheckVerdict verdict(const Check& check, const expect::KsDistribution& asked,
                     const Measured& measured) {
  return by_p(check, asked.p, AtP::included, measured);
}
CheckVerdict verdict(const Check& check, const expect::KsBootstrap& asked,
                     const Measured& measured) {
  return by_p(check, asked.p, AtP::excluded, measured);
}

CheckVerdict verdict(const Check& check, const expect::NoRows&, const Measured& measured) {
  if (measured.violations == 0) {
    return {CheckStatus::pass, fmt::format("{}: no row was returned", about(check))};
  }
  return {broken(check), fmt::format("{}: the query returned {} row{}{}", about(check),
                                     grouped(measured.violations),
                                     measured.violations == 1 ? "" : "s", sample_text(measured))};
}

template <typename T>
CheckVerdict verdict(const Check& check, const T&, const Measured& measured) {
  return by_problems(check, measured);
}

}  // namespace

bool counts_rows(const Expected& asked) {
  return std::visit([](const auto& one) { return OfRows<std::decay_t<decltype(one)>>; }, asked);
}

CheckVerdict judge_expectation(const Check& check, const Expectation& expectation,
                               const Measured& measured) {
  return std::visit([&](const auto& asked) { return verdict(check, asked, measured); },
                    expectation.expected);
}

}  // namespace mlpipe::stages::data_check
