// What one comparison of two samples gives. Knows nothing of thresholds and verdicts.
#pragma once

#include <optional>

#include "runner/base/error.hpp"

namespace mlpipe::stages::statistics {

struct Measured {
  double statistic = 0;           // the test's statistic, or the distance
  std::optional<double> p_value;  // absent for a distance
};

}  // namespace mlpipe::stages::statistics
