// A format of Python's strptime as a regular expression that matches exactly the texts it parses.
// Source: CPython, Lib/_strptime.py, in the C locale. Knows nothing of tables.
#pragma once

#include <string>
#include <string_view>

#include "runner/base/error.hpp"

namespace mlpipe::stages::data_check {

struct StrftimePattern {
  std::string regex;  // RE2; matches the whole text
  // The numbers of the groups that hold them, 0 where the format has none: a day that its month
  // does not have is not told by the pattern.
  int year = 0;        // four digits
  int short_year = 0;  // two: 69 to 99 are 19xx, 0 to 68 are 20xx
  int month = 0;
  int month_name = 0;  // full or short, any case
  int day = 0;
};

// Error: a directive that Python does not know, or one twice; one sentence.
[[nodiscard]] Result<StrftimePattern> strftime_pattern(std::string_view format);

}  // namespace mlpipe::stages::data_check
