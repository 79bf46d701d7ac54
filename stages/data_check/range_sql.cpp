#include "stages/data_check/range_sql.hpp"

#include <fmt/format.h>

#include "runner/base/text.hpp"
#include "stages/data_check/date_text.hpp"
#include "stages/table/quoting.hpp"

namespace mlpipe::stages::data_check {
namespace {

using table::quote_literal;
using Kind = SuiteColumn::Kind;

std::string outside(const Limits& limits, const std::string& value, const std::string& low,
                    const std::string& high) {
  std::string out;
  if (limits.min) {
    const bool strict = limits.strict == Strict::min || limits.strict == Strict::both;
    out = fmt::format("{} {} {}", value, strict ? "<=" : "<", low);
  }
  if (limits.max) {
    const bool strict = limits.strict == Strict::max || limits.strict == Strict::both;
    out += fmt::format("{}{} {} {}", out.empty() ? "" : " OR ", value, strict ? ">=" : ">", high);
  }
  return out.empty() ? "false" : fmt::format("({})", out);
}

std::string time_sql(const std::optional<Scalar>& limit) {
  const auto time = limit ? read_date_text(limit->text) : std::nullopt;
  return time ? fmt::format("CAST({} AS TIMESTAMP)", quote_literal(sql_timestamp(*time))) : "";
}

}  // namespace

bool are_times(const Limits& limits) {
  const auto is_time = [](const std::optional<Scalar>& limit) {
    return !limit ||
           (limit->kind == spec::NodeKind::string && read_date_text(limit->text).has_value());
  };
  return (limits.min || limits.max) && is_time(limits.min) && is_time(limits.max);
}

std::string outside_sql(const Limits& limits, const std::string& value) {
  return outside(limits, value, limits.min ? scalar_sql(*limits.min) : "",
                 limits.max ? scalar_sql(*limits.max) : "");
}

Result<RangeSql> range_sql(const Limits& limits, const SuiteColumn& column) {
  RangeSql range;
  if (column.kind == Kind::nothing) {
    range.value = column.value;
    return range;
  }
  const bool any = limits.min || limits.max;
  const bool numbers = any && (limits.min ? limits.min : limits.max)->is_number();
  if (!column.number.empty() && (numbers || !any)) {
    range.value = column.number;
    range.outside = outside_sql(limits, range.value);
    return range;
  }
  const bool times = are_times(limits) || !any;
  if ((column.kind == Kind::time && times) || (column.kind == Kind::text && are_times(limits))) {
    range.value = column.kind == Kind::text ? sql_time_of_text(column.value)
                  : column.type == "TIMESTAMP WITH TIME ZONE"
                      ? fmt::format("({} AT TIME ZONE 'UTC')", column.value)
                      : fmt::format("CAST({} AS TIMESTAMP)", column.value);
    range.outside = outside(limits, range.value, time_sql(limits.min), time_sql(limits.max));
    range.unusable = column.kind == Kind::text ? fmt::format("({} IS NULL)", range.value) : "false";
    return range;
  }
  if (column.kind == Kind::text && !numbers) {
    range.value = column.value;
    range.outside = outside_sql(limits, range.value);
    return range;
  }
  return fail(Code::invalid,
              fmt::format("the column {} holds {}, and {} cannot bound it", printable(column.name),
                          kind_name(column.kind), numbers ? "numbers" : "texts"));
}

}  // namespace mlpipe::stages::data_check
