// Several tests at once: p-values adjusted for their number. Knows nothing of what was tested.
#pragma once

#include <vector>

namespace mlpipe::stages::statistics {

// Holm's step-down: controls the chance of even one false alarm (Holm 1979).
[[nodiscard]] std::vector<double> holm(const std::vector<double>& p_values);
// Benjamini and Hochberg's step-up: controls the share of false alarms among the alarms (1995).
[[nodiscard]] std::vector<double> benjamini_hochberg(const std::vector<double>& p_values);

}  // namespace mlpipe::stages::statistics
