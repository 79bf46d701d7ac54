#include "runner/spec/scalar.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace mlpipe::spec {
namespace {

bool any_of(std::string_view text, std::string_view a, std::string_view b, std::string_view c) {
  return text == a || text == b || text == c;
}

std::size_t digits(std::string_view text, std::size_t from) {
  std::size_t end = from;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') {
    ++end;
  }
  return end - from;
}

std::size_t sign(std::string_view text) {
  return !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
}

bool only(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_decimal(std::string_view text) {
  const std::size_t start = sign(text);
  return start < text.size() && digits(text, start) == text.size() - start;
}

bool is_hex(std::string_view text) {
  return text.substr(0, 2) == "0x" && only(text.substr(2), "0123456789abcdefABCDEF");
}

bool is_octal(std::string_view text) {
  return text.substr(0, 2) == "0o" && only(text.substr(2), "01234567");
}

bool is_infinite(std::string_view text) {
  return any_of(text.substr(sign(text)), ".inf", ".Inf", ".INF");
}

bool is_nan(std::string_view text) {
  return any_of(text, ".nan", ".NaN", ".NAN");
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_finite_real(std::string_view text) {
  std::size_t at = sign(text);
  const std::size_t whole = digits(text, at);
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = digits(text, at + 1);
    if (whole + fraction == 0) {
      return false;
    }
    at += 1 + fraction;
  } else if (whole == 0) {
    return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    at += 1 + sign(text.substr(at + 1));
    const std::size_t exponent = digits(text, at);
    if (exponent == 0) {
      return false;
    }
    at += exponent;
  }
  return at == text.size();
}

}  // namespace

NodeKind plain_kind(std::string_view text) {
  if (text.empty() || text == "~" || any_of(text, "null", "Null", "NULL")) {
    return NodeKind::null;
  }
  if (any_of(text, "true", "True", "TRUE") || any_of(text, "false", "False", "FALSE")) {
    return NodeKind::boolean;
  }
  if (is_decimal(text) || is_hex(text) || is_octal(text)) {
    return NodeKind::integer;
  }
  if (is_infinite(text) || is_nan(text) || is_finite_real(text)) {
    return NodeKind::real;
  }
  return NodeKind::string;
}

std::optional<std::string> decimal(std::string_view text) {
  if (is_hex(text) || is_octal(text)) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + 2, end, value, is_hex(text) ? 16 : 8);
    if (error != std::errc{} || stop != end) {
      return std::nullopt;
    }
    return std::to_string(value);
  }
  if (!is_decimal(text)) {
    return std::nullopt;
  }
  const bool negative = text[0] == '-';
  text.remove_prefix(sign(text));
  const std::size_t first = text.find_first_not_of('0');
  if (first == std::string_view::npos) {
    return "0";
  }
  return (negative ? "-" : "") + std::string(text.substr(first));
}

std::optional<double> number(std::string_view text) {
  if (is_nan(text)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (is_infinite(text)) {
    return text[0] == '-' ? -std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::infinity();
  }
  const auto whole = decimal(text);
  if (!whole && !is_finite_real(text)) {
    return std::nullopt;
  }
  // from_chars leaves the value alone where it is out of range; strtod says infinity or zero.
  std::string copy = whole ? *whole : std::string(text.substr(text[0] == '+' ? 1 : 0));
  double value = 0;
  const auto [stop, error] = std::from_chars(copy.data(), copy.data() + copy.size(), value);
  return error == std::errc::result_out_of_range ? std::strtod(copy.c_str(), nullptr) : value;
}

}  // namespace mlpipe::spec
