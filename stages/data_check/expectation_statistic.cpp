#include "stages/data_check/expectation_statistic.hpp"

#include <fmt/format.h>

#include "stages/data_check/expectation_rule.hpp"
#include "stages/data_check/range_sql.hpp"

namespace mlpipe::stages::data_check {
namespace {

using Kind = SuiteColumn::Kind;
using Name = expect::Statistic::Name;

Status fill_extreme(RowRule& rule, const expect::Statistic& asked, const SuiteColumn& column) {
  TRY(const RangeSql range, range_sql(asked.limits, column));
  rule.unusable = range.unusable;
  rule.wanted = "date or time";
  const bool time =
      column.kind == Kind::time || (column.kind == Kind::text && are_times(asked.limits));
  rule.low = {time ? "CAST(" : "",
              fmt::format("{}({})", asked.name == Name::min ? "min" : "max", range.value),
              time ? " AS VARCHAR)" : ""};
  return {};
}

}  // namespace

Status fill_statistic(RowRule& rule, const expect::Statistic& asked, const SuiteColumn& column) {
  const std::string considered =
      fmt::format("FILTER (WHERE {} AND NOT {})", rule.scope, rule.missing);
  if (asked.name == Name::min || asked.name == Name::max) {
    return fill_extreme(rule, asked, column);
  }
  if (asked.name == Name::distinct || asked.name == Name::distinct_share) {
    const std::string value = column.kind == Kind::mixed ? column.json : column.value;
    rule.low = {
        "", fmt::format("count(DISTINCT {})", value),
        asked.name == Name::distinct ? "" : fmt::format(" / nullif(count(*) {}, 0)", considered)};
    return {};
  }
  TRY_OK(need_numbers(column));
  if (column.kind == Kind::nothing) {
    rule.low = {"", "max(CAST(NULL AS DOUBLE))", ""};
    return {};
  }
  const std::string value = fmt::format("CAST({} AS DOUBLE)", column.number);
  switch (asked.name) {
    case Name::mean:
      rule.low = {"", fmt::format("favg({})", value), ""};
      break;
    case Name::median:
      rule.low = {"", fmt::format("median({})", value), ""};
      break;
    case Name::stdev:
      // An infinity would end the whole SELECT.
      rule.low = {"", fmt::format("stddev_samp(CASE WHEN isfinite({0}) THEN {0} END)", value), ""};
      break;
    default:
      rule.low = {"", fmt::format("fsum({})", value), ""};
      break;
  }
  return {};
}

}  // namespace mlpipe::stages::data_check
