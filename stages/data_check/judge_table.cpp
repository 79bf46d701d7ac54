#include "stages/data_check/judge_table.hpp"

#include <fmt/format.h>

#include "stages/data_check/ask.hpp"
#include "stages/data_check/opinion.hpp"

namespace mlpipe::stages::data_check {

CheckVerdict by_problems(const Check& check, const Measured& measured, const std::string& fine,
                         Empty empty_rows) {
  if (empty_rows == Empty::as_configured && measured.considered == 0) {
    return empty(check, measured.missing);
  }
  std::string all;
  for (const std::string& problem : measured.problems) {
    all += (all.empty() ? "" : "; ") + problem;
  }
  Opinion opinion;
  opinion.message = measured.violations == 0 ? fine : fmt::format("{}: {}", named(check), all);
  opinion.bad = measured.violations > 0;
  return conclude(check, metric_of(check, measured), opinion);
}

CheckVerdict by_files(const Check& check, const Files& rule, const Measured& measured) {
  const auto number = [&](std::size_t i) { return number_of(measured.numbers.at(i)); };
  std::string wrong;
  const auto tell = [&](const Bounds& bounds, double value, const char* what) {
    if (const std::string fault = fault_of(bounds, value); !fault.empty()) {
      wrong +=
          fmt::format("{}{} {} is {}", wrong.empty() ? "" : "; ", shown_number(value), what, fault);
    }
  };
  tell(rule.parts, number(0), "parts");
  tell(rule.bytes, number(1), "bytes in the smallest part");
  if (number(2) != number(1)) {
    tell(rule.bytes, number(2), "bytes in the greatest part");
  }
  tell(rule.malformed, number(3), "malformed lines");
  const std::string fine =
      fmt::format("{}: {} part{}, {} to {} bytes, {} malformed lines", check.name,
                  shown_number(number(0)), number(0) == 1 ? "" : "s", shown_number(number(1)),
                  shown_number(number(2)), shown_number(number(3)));
  return wrong.empty() ? CheckVerdict{CheckStatus::pass, fine}
                       : CheckVerdict{broken(check), fmt::format("{}: {}", check.name, wrong)};
}

CheckVerdict by_periods(const Check& check, const Periods& rule, const Measured& measured) {
  if (measured.considered == 0) {
    return empty(check, measured.missing);
  }
  const double all = measured.numbers.empty() ? 0 : number_of(measured.numbers[0]);
  static constexpr const char* names[] = {"hour", "day", "week", "month", "year"};
  Opinion opinion;
  opinion.message = fmt::format("{}: {} of {} {}s have fewer than {} row{}", subject(check),
                                grouped(measured.violations), shown_number(all),
                                names[static_cast<std::size_t>(rule.every)], grouped(rule.min_rows),
                                rule.min_rows == 1 ? "" : "s");
  opinion.bad = measured.violations > 0 && !(check.zones.warn && !check.zones.fail);
  opinion.tail = values_text(measured);
  return conclude(check, metric_of(check, measured), opinion);
}

CheckVerdict by_mixture(const Check& check, const MixedTypes& rule, const Measured& measured) {
  const auto metric = metric_of(check, measured);
  if (!metric) {
    return empty(check, measured.missing);
  }
  Opinion opinion;
  opinion.message = fmt::format("{}: {} of {} values are numbers", subject(check),
                                grouped(measured.violations), grouped(measured.considered));
  opinion.bad = metric->value > rule.low && metric->value < rule.high;
  opinion.why =
      fmt::format("; the rarer of numbers and texts has a share of {:.4g}, between {} and {}",
                  metric->value, rule.low, rule.high);
  return conclude(check, metric, opinion);
}

}  // namespace mlpipe::stages::data_check
