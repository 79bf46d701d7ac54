// Dates and times as people write them. Knows nothing of tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mlpipe::stages::data_check {

// Microseconds since 1970 of a text that holds at least a year, a month and a day: ISO 8601,
// 01/31/2016 (month first), Jan 31 2016 12:00:01, 31 January 2016 ... Without a zone: UTC.
[[nodiscard]] std::optional<std::int64_t> read_date_text(std::string_view text);

// Whether dateutil.parser.parse of Python takes the text: also a lone year, day, weekday or time,
// in any order that leaves one reading.
[[nodiscard]] bool is_dateutil_text(std::string_view text);

// "2000-01-31 12:00:01", a fraction only where there is one.
[[nodiscard]] std::string sql_timestamp(std::int64_t us);

// SQL: the time of a text as TIMESTAMP, NULL where it is none of the forms above.
[[nodiscard]] std::string sql_time_of_text(const std::string& text);

}  // namespace mlpipe::stages::data_check
