// The small values that data checks are written with: scalars, bounds, zones. Knows nothing of
// rules, data or SQL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "runner/spec/node.hpp"

namespace mlpipe::stages::data_check {

// A number, string or boolean as it was written.
struct Scalar {
  spec::NodeKind kind = spec::NodeKind::null;
  std::string text;
  [[nodiscard]] bool is_number() const {
    return kind == spec::NodeKind::integer || kind == spec::NodeKind::real;
  }
};

enum class Strict : std::uint8_t { none, min, max, both };  // which bound is itself outside

struct Bounds {
  std::optional<double> min;
  std::optional<double> max;
  std::optional<double> equals;
  Strict strict = Strict::none;
  [[nodiscard]] bool any() const { return min || max || equals; }
};

// Bounds of values that may be dates or texts.
struct Limits {
  std::optional<Scalar> min;
  std::optional<Scalar> max;
  Strict strict = Strict::none;
};

// A region of the metric that is bad: "> 5", ">= 0.1%", "not between 1 and 5".
struct Zone {
  enum class Test : std::uint8_t {
    above,
    at_least,
    below,
    at_most,
    equals,
    differs,
    between,  // both ends belong to it
    outside
  };
  // percent: of the considered rows; of a metric that is a share or a change, its hundredfold.
  enum class Unit : std::uint8_t { number, percent };
  Test test = Test::above;
  Unit unit = Unit::number;
  double low = 0;   // the one number, or the lower end
  double high = 0;  // between and outside: the upper end
  std::string text;
};

// The worse zone wins. Where `fail` is absent, what a rule's own bounds and `mostly` say stands.
struct Zones {
  std::optional<Zone> warn;
  std::optional<Zone> fail;
  [[nodiscard]] bool any() const { return warn || fail; }
};

enum class Quantifier : std::uint8_t { any, all };

enum class Severity : std::uint8_t { error, warning };
enum class OnEmpty : std::uint8_t { pass, warn, fail };

}  // namespace mlpipe::stages::data_check
