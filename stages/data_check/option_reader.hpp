// Readers of single options, shared by the checks and what stands around them. Each reports what is
// wrong with its node.
#pragma once

#include <optional>
#include <string>

#include "stages/data_check/config.hpp"
#include "stages/shared/options.hpp"

namespace mlpipe::stages::data_check {

[[nodiscard]] OnEmpty read_on_empty(const spec::Node& node, spec::Diagnostics& diagnostics);

// Why a JSON Schema cannot be used; nullopt: it can.
[[nodiscard]] std::optional<std::string> schema_problem(const std::string& json);

}  // namespace mlpipe::stages::data_check
