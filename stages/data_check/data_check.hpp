// The `data_check` kind. Checks a table with SQL; fails on data that breaks its rules.
#pragma once

#include "stages/kind.hpp"

namespace mlpipe::stages::data_check {

[[nodiscard]] Kind kind();

}  // namespace mlpipe::stages::data_check
