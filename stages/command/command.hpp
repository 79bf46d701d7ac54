// The `command` kind. Runs its command; its outputs are the result.
#pragma once

#include "stages/kind.hpp"

namespace mlpipe::stages::command {

[[nodiscard]] Kind kind();

}  // namespace mlpipe::stages::command
