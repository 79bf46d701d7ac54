// The `train` kind. Runs a training command; its metrics go into the history.
#pragma once

#include "stages/kind.hpp"

namespace mlpipe::stages::train {

[[nodiscard]] Kind kind();

}  // namespace mlpipe::stages::train
