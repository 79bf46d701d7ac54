// Sources of the rules: ruamel.yaml resolver.py (implicit resolvers for (1, 2)), constructor.py.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <limits>

#include "runner/spec/dvc/yaml.hpp"

namespace mlpipe::spec::dvc {
namespace {

using Kind = Value::Kind;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

std::string without_underscores(std::string_view text) {
  std::string out(text);
  out.erase(std::remove(out.begin(), out.end(), '_'), out.end());
  return out;
}

// Digits in base 2, 8 or 16 as decimal digits of any length.
std::string to_decimal(std::string_view digits, unsigned base) {
  std::string decimal = "0";
  for (const char c : digits) {
    unsigned carry =
        is_digit(c)
            ? static_cast<unsigned>(c - '0')
            : static_cast<unsigned>(std::tolower(static_cast<unsigned char>(c)) - 'a') + 10U;
    for (std::size_t i = decimal.size(); i-- > 0;) {
      const unsigned sum = static_cast<unsigned>(decimal[i] - '0') * base + carry;
      decimal[i] = static_cast<char>('0' + sum % 10);
      carry = sum / 10;
    }
    for (; carry > 0; carry /= 10) {
      decimal.insert(decimal.begin(), static_cast<char>('0' + carry % 10));
    }
  }
  return decimal;
}

std::optional<std::string> integer_digits(std::string_view text) {
  constexpr std::size_t longest = 4300;  // Python's own limit for integer texts
  std::string_view body = text;
  const bool negative = body.starts_with('-');
  if (negative || body.starts_with('+')) {
    body.remove_prefix(1);
  }
  if (body.empty() || body.size() > longest) {
    return std::nullopt;
  }
  std::string digits;
  if (body.starts_with("0b") && all_of(body.substr(2), "01_")) {
    digits = to_decimal(without_underscores(body.substr(2)), 2);
  } else if (body.starts_with("0o") && all_of(body.substr(2), "01234567_")) {
    digits = to_decimal(without_underscores(body.substr(2)), 8);
  } else if (body.starts_with("0x") && all_of(body.substr(2), "0123456789abcdefABCDEF_")) {
    digits = to_decimal(without_underscores(body.substr(2)), 16);
  } else if (all_of(body, "0123456789_")) {
    digits = without_underscores(body);
  } else {
    return std::nullopt;
  }
  if (digits.empty()) {
    return std::nullopt;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return negative && digits != "0" ? "-" + digits : digits;
}

// [eE][-+]?[0-9]+ to the end; in the form that begins with a point the sign is required.
bool is_exponent(std::string_view text, bool sign_required) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) {
    return false;
  }
  text.remove_prefix(1);
  const bool sign = text.starts_with('-') || text.starts_with('+');
  if (sign) {
    text.remove_prefix(1);
  }
  return (sign || !sign_required) && all_of(text, "0123456789");
}

std::optional<double> real_number(std::string_view text) {
  std::string_view body = text;
  const bool negative = body.starts_with('-');
  if (negative || body.starts_with('+')) {
    body.remove_prefix(1);
  }
  if (body == ".inf" || body == ".Inf" || body == ".INF") {
    return negative ? -std::numeric_limits<double>::infinity()
                    : std::numeric_limits<double>::infinity();
  }
  if (text == ".nan" || text == ".NaN" || text == ".NAN") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const std::size_t whole = std::min(body.find_first_not_of("0123456789_"), body.size());
  if (whole > 0 && !is_digit(body[0])) {
    return std::nullopt;
  }
  std::string_view rest = body.substr(whole);
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    const std::size_t fraction = std::min(rest.find_first_not_of("0123456789_"), rest.size());
    if (whole == 0 && fraction == 0) {
      return std::nullopt;
    }
    rest.remove_prefix(fraction);
    if (!rest.empty() && !is_exponent(rest, whole == 0)) {
      return std::nullopt;
    }
  } else if (whole == 0 || !is_exponent(rest, false)) {
    return std::nullopt;
  }
  const std::string digits = without_underscores(text);
  if (digits.find_first_of("0123456789") == std::string::npos) {
    return std::nullopt;
  }
  return std::strtod(digits.c_str(), nullptr);
}

// Reads `least` to `most` digits; false where there are fewer.
bool take_digits(std::string_view& text, std::size_t least, std::size_t most, int& value) {
  std::size_t count = 0;
  value = 0;
  while (count < most && count < text.size() && is_digit(text[count])) {
    value = value * 10 + (text[count++] - '0');
  }
  text.remove_prefix(count);
  return count >= least;
}

bool take(std::string_view& text, char c) {
  const bool found = text.starts_with(c);
  text.remove_prefix(found ? 1 : 0);
  return found;
}

// Behind the seconds: a fraction, a zone. `seconds` moves to UTC.
bool take_fraction_and_zone(std::string_view rest, std::string& fraction, std::time_t& seconds) {
  if (take(rest, '.')) {
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    fraction = std::string(rest.substr(0, std::min<std::size_t>(digits, 6)));
    fraction.resize(6, '0');
    rest.remove_prefix(digits);
  }
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  if (rest.empty() || rest == "Z") {
    return true;
  }
  const bool minus = rest.starts_with('-');
  int hours = 0;
  int minutes = 0;
  if (!(take(rest, '-') || take(rest, '+')) || !take_digits(rest, 1, 2, hours)) {
    return false;
  }
  if (take(rest, ':') && !take_digits(rest, 2, 2, minutes)) {
    return false;
  }
  const std::time_t offset = (hours * 60 + minutes) * 60;
  seconds += minus ? offset : -offset;
  return rest.empty();
}

std::optional<std::string> date_text(std::string_view text) {
  std::tm parts{};
  std::string_view rest = text;
  if (!take_digits(rest, 4, 4, parts.tm_year) || !take(rest, '-')) {
    return std::nullopt;
  }
  const std::size_t month_start = rest.size();
  if (!take_digits(rest, 1, 2, parts.tm_mon) || !take(rest, '-') ||
      !take_digits(rest, 1, 2, parts.tm_mday)) {
    return std::nullopt;
  }
  const bool two_digits = month_start - rest.size() == 5;
  const bool possible =
      parts.tm_mon >= 1 && parts.tm_mon <= 12 && parts.tm_mday >= 1 && parts.tm_mday <= 31;
  if (rest.empty()) {
    return two_digits && possible ? std::optional<std::string>(text) : std::nullopt;
  }
  if (!take(rest, 'T') && !take(rest, 't')) {
    const std::size_t blanks = std::min(rest.find_first_not_of(" \t"), rest.size());
    if (blanks == 0) {
      return std::nullopt;
    }
    rest.remove_prefix(blanks);
  }
  if (!take_digits(rest, 1, 2, parts.tm_hour) || !take(rest, ':') ||
      !take_digits(rest, 2, 2, parts.tm_min) || !take(rest, ':') ||
      !take_digits(rest, 2, 2, parts.tm_sec) || !possible) {
    return std::nullopt;
  }
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  std::time_t seconds = timegm(&parts);
  std::string fraction;
  if (!take_fraction_and_zone(rest, fraction, seconds)) {
    return std::nullopt;
  }
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     fraction.empty() || fraction == "000000" ? "" : ".",
                     fraction == "000000" ? "" : fraction);
}

Value of_kind(Kind kind, std::string text) {
  Value value;
  value.kind = kind;
  value.text = std::move(text);
  return value;
}

bool is_null(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

std::optional<bool> truth_of(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE") {
    return true;
  }
  return text == "false" || text == "False" || text == "FALSE" ? std::optional<bool>(false)
                                                               : std::nullopt;
}

}  // namespace

Value plain_value(std::string_view text) {
  if (is_null(text)) {
    return {};
  }
  if (const auto truth = truth_of(text)) {
    return Value::of_boolean(*truth);
  }
  if (is_digit(text[0]) || text[0] == '-' || text[0] == '+' || text[0] == '.') {
    if (const auto real = real_number(text)) {
      return Value::of_real(*real);
    }
    if (auto digits = text[0] == '.' ? std::nullopt : integer_digits(text)) {
      return of_kind(Kind::integer, std::move(*digits));
    }
    if (auto date = is_digit(text[0]) ? date_text(text) : std::nullopt) {
      return of_kind(Kind::date, std::move(*date));
    }
  }
  return Value::of_text(std::string(text));
}

std::optional<Value> tagged_value(std::string_view tag, std::string_view text) {
  if (tag == "str") {
    return Value::of_text(std::string(text));
  }
  if (tag == "int") {
    auto digits = integer_digits(text);
    return digits ? std::optional<Value>(of_kind(Kind::integer, std::move(*digits))) : std::nullopt;
  }
  if (tag == "float") {
    if (const auto real = real_number(text)) {
      return Value::of_real(*real);
    }
    const auto digits = integer_digits(text);
    return digits ? std::optional<Value>(Value::of_real(std::strtod(digits->c_str(), nullptr)))
                  : std::nullopt;
  }
  if (tag == "bool") {
    const auto truth = truth_of(text);
    return truth ? std::optional<Value>(Value::of_boolean(*truth)) : std::nullopt;
  }
  if (tag == "null") {
    return Value{};
  }
  if (tag == "timestamp") {
    auto date = date_text(text);
    return date ? std::optional<Value>(of_kind(Kind::date, std::move(*date))) : std::nullopt;
  }
  if (tag == "binary") {
    std::string bytes(text);
    bytes.erase(
        std::remove_if(bytes.begin(), bytes.end(),
                       [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }),
        bytes.end());
    return of_kind(Kind::bytes, std::move(bytes));
  }
  return std::nullopt;
}

}  // namespace mlpipe::spec::dvc
