// The `drift` kind. Compares a table with a reference; fails where too many columns differ.
#pragma once

#include "stages/kind.hpp"

namespace mlpipe::stages::drift {

[[nodiscard]] Kind kind();

}  // namespace mlpipe::stages::drift
