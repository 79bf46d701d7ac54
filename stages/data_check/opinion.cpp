#include "stages/data_check/opinion.hpp"

#include <fmt/format.h>

namespace mlpipe::stages::data_check {

CheckStatus broken(const Check& check) {
  return check.severity == Severity::warning ? CheckStatus::warn : CheckStatus::fail;
}

CheckVerdict empty(const Check& check, std::int64_t missing) {
  const std::string why = missing > 0 ? fmt::format("all {} values are missing", grouped(missing))
                                      : "there are no rows";
  const CheckStatus status = check.on_empty == OnEmpty::pass   ? CheckStatus::pass
                             : check.on_empty == OnEmpty::warn ? CheckStatus::warn
                                                               : broken(check);
  return {status, fmt::format("{}: nothing to check, {}", subject(check), why)};
}

// Zones come before the rule's own opinion; the worse one wins.
CheckVerdict conclude(const Check& check, const std::optional<Metric>& metric,
                      const Opinion& opinion) {
  const auto lies = [&](const std::optional<Zone>& zone) {
    return zone && metric && lies_in(*zone, *metric);
  };
  const auto told = [&](const Zone& zone) {
    const std::string share = metric->sort == Metric::Sort::count && metric->whole > 0
                                  ? fmt::format(" ({:.4g}%)", 100 * metric->value / metric->whole)
                                  : "";
    return fmt::format("{}{}, which is {}{}", opinion.message, share, zone.text, opinion.tail);
  };
  if (lies(check.zones.fail)) {
    return {broken(check), told(*check.zones.fail)};
  }
  if (!check.zones.fail && opinion.bad) {
    return {broken(check), opinion.message + opinion.why + opinion.tail};
  }
  if (lies(check.zones.warn)) {
    return {CheckStatus::warn, told(*check.zones.warn)};
  }
  return {CheckStatus::pass, opinion.fine.empty() ? opinion.message : opinion.fine};
}

std::string named(const Check& check) {
  const std::string rule = rule_name(check.rule);
  return check.columns.empty() || check.name != fmt::format("{}({})", rule, subject(check))
             ? check.name
             : fmt::format("{}: {}", subject(check), rule);
}

}  // namespace mlpipe::stages::data_check
