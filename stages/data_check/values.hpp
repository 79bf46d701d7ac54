// The small values that data checks are written with: scalars and their limits. Knows nothing of rules,
// data or SQL.
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

struct Limits {
  std::optional<Scalar> min;
  std::optional<Scalar> max;
  Strict strict = Strict::none;
};

}  // namespace mlpipe::stages::data_check
