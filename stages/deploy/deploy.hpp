// The `deploy` kind. Releases artifacts to a target, verifies them, and takes them back where that
// fails.
#pragma once

#include "stages/kind.hpp"

namespace mlpipe::stages::deploy {

[[nodiscard]] Kind kind();

}  // namespace mlpipe::stages::deploy
