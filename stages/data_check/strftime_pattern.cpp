#include "stages/data_check/strftime_pattern.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

#include "runner/base/text.hpp"

namespace mlpipe::stages::data_check {
namespace {

// The directives that read something, as _strptime.TimeRE has them.
const std::map<char, std::string>& directives() {
  static const std::string months =
      "january|february|march|april|may|june|july|august|september|october|november|december";
  static const std::string short_months = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec";
  static const std::map<char, std::string> known{
      {'d', "3[0-1]|[1-2]\\d|0[1-9]|[1-9]| [1-9]"},
      {'f', "[0-9]{1,6}"},
      {'H', "2[0-3]|[0-1]\\d|\\d"},
      {'I', "1[0-2]|0[1-9]|[1-9]"},
      {'G', "\\d\\d\\d\\d"},
      {'j', "36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]"},
      {'m', "1[0-2]|0[1-9]|[1-9]"},
      {'M', "[0-5]\\d|\\d"},
      {'S', "6[0-1]|[0-5]\\d|\\d"},
      {'U', "5[0-3]|[0-4]\\d|\\d"},
      {'W', "5[0-3]|[0-4]\\d|\\d"},
      {'V', "5[0-3]|0[1-9]|[1-4]\\d|\\d"},
      {'w', "[0-6]"},
      {'u', "[1-7]"},
      {'y', "\\d\\d"},
      {'Y', "\\d\\d\\d\\d"},
      {'z', "[+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d(?:\\.\\d{1,6})?)?|Z"},
      {'A', "monday|tuesday|wednesday|thursday|friday|saturday|sunday"},
      {'a', "mon|tue|wed|thu|fri|sat|sun"},
      {'B', months},
      {'b', short_months},
      {'h', short_months},
      {'p', "am|pm"},
      {'Z', "utc|gmt"},
  };
  return known;
}

// What stands for several directives, in the C locale.
std::string expanded(std::string_view format) {
  static const std::map<char, std::string> composed{{'c', "%a %b %d %H:%M:%S %Y"},
                                                    {'x', "%m/%d/%y"},
                                                    {'X', "%H:%M:%S"},
                                                    {'D', "%m/%d/%y"},
                                                    {'T', "%H:%M:%S"},
                                                    {'R', "%H:%M"},
                                                    {'F', "%Y-%m-%d"}};
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const auto it =
        format[i] == '%' && i + 1 < format.size() ? composed.find(format[i + 1]) : composed.end();
    // Python parses %c, %x and %X; the others only its strftime knows.
    if (it != composed.end() && (it->first == 'c' || it->first == 'x' || it->first == 'X')) {
      out += it->second;
      ++i;
    } else if (format[i] == '%' && i + 1 < format.size()) {
      out += format.substr(i, 2);
      ++i;
    } else {
      out += format[i];
    }
  }
  return out;
}

// Where the group of a directive is noted; nullptr: nowhere.
int* group_of(StrftimePattern& pattern, char letter) {
  switch (letter) {
    case 'Y':
      return &pattern.year;
    case 'y':
      return &pattern.short_year;
    case 'm':
      return &pattern.month;
    case 'B':
    case 'b':
    case 'h':
      return &pattern.month_name;
    case 'd':
      return &pattern.day;
    default:
      return nullptr;
  }
}

}  // namespace

Result<StrftimePattern> strftime_pattern(std::string_view format) {
  StrftimePattern pattern;
  pattern.regex = "(?is)^";
  const std::string all = expanded(format);
  std::set<char> seen;
  int groups = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const char c = all[i];
    if (c == ' ' || c == '\t' || c == '\n') {
      // Any blanks of the format read any number of blanks.
      while (i + 1 < all.size() &&
             (all[i + 1] == ' ' || all[i + 1] == '\t' || all[i + 1] == '\n')) {
        ++i;
      }
      pattern.regex += "\\s+";
    } else if (c != '%') {
      pattern.regex += std::string_view("\\.^$*+?()[]{}|").find(c) == std::string_view::npos
                           ? std::string(1, c)
                           : fmt::format("\\{}", c);
    } else if (++i == all.size()) {
      return fail(Code::invalid, "a `%` stands at its end");
    } else if (all[i] == '%') {
      pattern.regex += "%";
    } else {
      const char letter = all[i];
      const auto directive = directives().find(letter);
      if (directive == directives().end()) {
        return fail(Code::invalid, fmt::format("strptime of Python does not know `%{}`",
                                               printable(std::string(1, letter))));
      }
      if (!seen.insert(letter).second) {
        return fail(Code::invalid, fmt::format("`%{}` stands twice in it", letter));
      }
      pattern.regex += "(" + directive->second + ")";
      ++groups;
      if (int* group = group_of(pattern, letter)) {
        *group = groups;
      }
    }
  }
  pattern.regex += "\\z";
  return pattern;
}

}  // namespace mlpipe::stages::data_check
