// The `regression` kind. Compares a candidate with a baseline; a gate for what ships.
#pragma once

#include "stages/kind.hpp"

namespace mlpipe::stages::regression {

[[nodiscard]] Kind kind();

}  // namespace mlpipe::stages::regression
