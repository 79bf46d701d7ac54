#include "runner/base/python_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "runner/base/text.hpp"

namespace mlpipe {
namespace {

using Kind = Value::Kind;

// The next code point of valid UTF-8.
std::uint32_t take_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t first = byte(at);
  const std::size_t more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  std::uint32_t code = more == 0 ? first : first & (0x3FU >> more);
  for (std::size_t i = 1; i <= more; ++i) {
    code = (code << 6U) | (byte(at + i) & 0x3FU);
  }
  at += more + 1;
  return code;
}

void add_escaped(std::uint32_t code, std::string& out) {
  switch (code) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\b':
      out += "\\b";
      return;
    default:
      break;
  }
  if (code >= 0x20 && code < 0x7F) {
    out += static_cast<char>(code);
  } else if (code < 0x10000) {
    out += fmt::format("\\u{:04x}", code);
  } else {
    const std::uint32_t rest = code - 0x10000;
    out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10U), 0xDC00 + (rest & 0x3FFU));
  }
}

// json.dumps makes texts of keys that are none.
std::string key_text(const Value& key) {
  return key.is(Kind::null) ? "null" : template_text(key);
}

Status add_json(const Value& value, std::string& out);

Status add_map(const Value& map, std::string& out) {
  std::vector<std::size_t> order(map.keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::string> names;
  names.reserve(order.size());
  for (const Value& key : map.keys) {
    names.push_back(key_text(key));
  }
  // UTF-8 sorts bytewise as its code points do.
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return names[a] < names[b]; });
  out += '{';
  const char* between = "";
  for (const std::size_t i : order) {
    TRY(const std::string name, python_json_string(names[i]));
    out += std::exchange(between, ", ") + name + ": ";
    TRY_OK(add_json(map.items[i], out));
  }
  out += '}';
  return {};
}

Status add_json(const Value& value, std::string& out) {
  switch (value.kind) {
    case Kind::null:
      out += "null";
      return {};
    case Kind::boolean:
      out += value.truth ? "true" : "false";
      return {};
    case Kind::integer:
      out += value.text;
      return {};
    case Kind::real:
      out += std::isnan(value.number)   ? std::string("NaN")
             : std::isinf(value.number) ? std::string(value.number < 0 ? "-Infinity" : "Infinity")
                                        : python_float(value.number);
      return {};
    case Kind::string: {
      TRY(const std::string text, python_json_string(value.text));
      out += text;
      return {};
    }
    case Kind::list: {
      out += '[';
      const char* between = "";
      for (const Value& item : value.items) {
        out += std::exchange(between, ", ");
        TRY_OK(add_json(item, out));
      }
      out += ']';
      return {};
    }
    case Kind::map:
      return add_map(value, out);
    case Kind::date:
    case Kind::bytes:
    case Kind::set:
      break;
  }
  return fail(
      Code::invalid,
      fmt::format("{} cannot be part of a key; write it as a text, in quotes", noun(value.kind)));
}

double as_double(const Value& value) {
  return value.is(Kind::boolean) ? (value.truth ? 1.0 : 0.0)
         : value.is(Kind::real)  ? value.number
                                 : std::strtod(value.text.c_str(), nullptr);
}

bool is_number(Kind kind) {
  return kind == Kind::boolean || kind == Kind::integer || kind == Kind::real;
}

bool numbers_equal(const Value& a, const Value& b) {
  if (a.is(Kind::integer) && b.is(Kind::integer)) {
    return a.text == b.text;
  }
  return as_double(a) == as_double(b);
}

bool maps_equal(const Value& a, const Value& b) {
  for (std::size_t i = 0; i < a.keys.size(); ++i) {
    const auto same = [&](const Value& key) { return python_equal(key, a.keys[i]); };
    // Usually both have one order.
    std::size_t at = i < b.keys.size() && same(b.keys[i])
                         ? i
                         : static_cast<std::size_t>(
                               std::find_if(b.keys.begin(), b.keys.end(), same) - b.keys.begin());
    if (at == b.keys.size() || !python_equal(a.items[i], b.items[at])) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string python_float(double number) {
  if (std::isnan(number)) {
    return "nan";
  }
  if (std::isinf(number)) {
    return number < 0 ? "-inf" : "inf";
  }
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                 std::chars_format::scientific);
  const std::string_view shortest(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const std::size_t e = shortest.find('e');
  std::string sign = shortest[0] == '-' ? "-" : "";
  std::string digits;
  for (const char c : shortest.substr(0, e)) {
    if (c >= '0' && c <= '9') {
      digits += c;
    }
  }
  const int exponent = std::atoi(std::string(shortest.substr(e + 1)).c_str());
  constexpr int last_plain = 16;  // float_repr_style "short": 'r' format, decpt in (-4, 16]
  if (exponent < -4 || exponent >= last_plain) {
    return fmt::format("{}{}{}{}e{}{:02}", sign, digits[0], digits.size() > 1 ? "." : "",
                       digits.substr(1), exponent < 0 ? '-' : '+', std::abs(exponent));
  }
  if (exponent < 0) {
    return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  }
  const std::size_t whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) {
    return sign + digits + std::string(whole - digits.size(), '0') + ".0";
  }
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

std::string template_text(const Value& value) {
  switch (value.kind) {
    case Kind::null:
      return "None";
    case Kind::boolean:
      return value.truth ? "true" : "false";
    case Kind::real:
      return python_float(value.number);
    default:
      return value.text;
  }
}

Result<std::string> python_json_string(std::string_view text) {
  if (!is_utf8(text)) {
    return fail(Code::invalid, fmt::format("`{}` is not UTF-8", printable(text)));
  }
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    add_escaped(take_code_point(text, at), out);
  }
  return out + '"';
}

Result<std::string> python_json(const Value& value) {
  std::string out;
  TRY_OK(add_json(value, out));
  return out;
}

bool python_equal(const Value& a, const Value& b) {
  if (is_number(a.kind) && is_number(b.kind)) {
    return numbers_equal(a, b);
  }
  if (a.kind != b.kind) {
    return false;
  }
  if (a.items.size() != b.items.size()) {
    return false;
  }
  switch (a.kind) {
    case Kind::map:
      return maps_equal(a, b);
    case Kind::set:
      return std::all_of(a.items.begin(), a.items.end(), [&](const Value& item) {
        return std::any_of(b.items.begin(), b.items.end(),
                           [&](const Value& other) { return python_equal(item, other); });
      });
    case Kind::list:
      return std::equal(a.items.begin(), a.items.end(), b.items.begin(), python_equal);
    default:
      return a.text == b.text;
  }
}

std::string shlex_quote(std::string_view text) {
  constexpr std::string_view safe = "_@%+=:,./-";
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           safe.find(c) != std::string_view::npos;
  });
  if (plain) {
    return std::string(text);
  }
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c == '\'' ? std::string("'\"'\"'") : std::string(1, c);
  }
  return quoted + "'";
}

}  // namespace mlpipe
