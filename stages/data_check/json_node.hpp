// JSON text as a spec::Node without marks: how a step reads back the configuration that lower()
// wrote.
#pragma once

#include <string_view>

#include "runner/base/error.hpp"
#include "runner/spec/node.hpp"

namespace mlpipe::stages::data_check {

[[nodiscard]] Result<spec::Node> node_from_json(std::string_view text);

}  // namespace mlpipe::stages::data_check
