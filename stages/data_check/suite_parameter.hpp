// The value behind {"$PARAMETER": "..."}: a name, or an expression of numbers, names, times and a
// few functions. The grammar is Great Expectations' own (core/suite_parameters.py): + - * / ^,
// parentheses, PI, E, sin cos tan exp abs trunc round sgn, now(), datetime(...), timedelta(...).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runner/base/error.hpp"
#include "runner/spec/node.hpp"

namespace mlpipe::stages::data_check {

struct ParameterScope {
  spec::Node given;  // a map: those of the command line or the stage, which come first
  spec::Node suite;  // a map: the suite's own
  std::optional<std::int64_t> now_ms;  // Unix time; absent: now() is refused
};

// Error: one sentence.
[[nodiscard]] Result<spec::Node> evaluate_parameter(std::string_view expression,
                                                    const ParameterScope& scope);

// `node` with every {"$PARAMETER": ...} below it replaced. Marks stay those of what was replaced.
[[nodiscard]] Result<spec::Node> replace_parameters(const spec::Node& node,
                                                    const ParameterScope& scope);

}  // namespace mlpipe::stages::data_check
