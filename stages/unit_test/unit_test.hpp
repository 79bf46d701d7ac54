// The `unit_test` kind. Runs a test command and reads its JUnit report.
#pragma once

#include "stages/kind.hpp"

namespace mlpipe::stages::unit_test {

[[nodiscard]] Kind kind();

}  // namespace mlpipe::stages::unit_test
