// Numbers, times and spans of time, as the expressions of suite parameters compute with them;
// Python's rules. Knows nothing of how an expression is written.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/spec/node.hpp"

namespace mlpipe::stages::data_check::suite_value {

struct Number {
  double value = 0;
  spec::NodeKind kind = spec::NodeKind::integer;  // or real
};
struct Time {
  std::int64_t us = 0;  // microseconds of Unix time
};
struct Span {
  double us = 0;  // microseconds
};
using Value = std::variant<Number, Time, Span>;

struct Arguments {
  std::vector<Value> plain;
  std::map<std::string, Value> named;
};

// `sign`: one of + - * / ^. Errors: one sentence.
[[nodiscard]] Result<Value> combine(char sign, const Value& left, const Value& right);
// sin, cos, tan, exp, abs, trunc, round, sgn, datetime, timedelta.
[[nodiscard]] Result<Value> call(const std::string& name, const Arguments& arguments);
// A time as ISO 8601 text, a span as its seconds.
[[nodiscard]] spec::Node to_node(const Value& value);

// "2003-01-01T00:00:00" as microseconds of Unix time; also without a time, with a blank for the T,
// a fraction, a Z or an offset.
[[nodiscard]] std::optional<std::int64_t> parse_iso_time(std::string_view text);

}  // namespace mlpipe::stages::data_check::suite_value
