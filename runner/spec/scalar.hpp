// What a plain YAML scalar is under the YAML 1.2 core schema. Knows nothing of documents.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runner/spec/node.hpp"

namespace mlpipe::spec {

// null, boolean, integer, real or string: `yes` and 1_000 are strings, 017 and 0o17 integers, .inf
// a real.
[[nodiscard]] NodeKind plain_kind(std::string_view text);

// An integer scalar in plain decimal: "+017" -> "17", "0x1F" -> "31". Empty where `text` is no
// integer, or one in base 8 or 16 that 64 bits cannot hold.
[[nodiscard]] std::optional<std::string> decimal(std::string_view text);

// The value of an integer or real scalar; the nearest double, infinite where it is too large.
[[nodiscard]] std::optional<double> number(std::string_view text);

}  // namespace mlpipe::spec
