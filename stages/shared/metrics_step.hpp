// The native step of every kind whose command writes metrics (train, command): reads the files,
// reports the numbers. Knows nothing of baselines; comparing is the regression kind's part.
#pragma once

#include "runner/base/error.hpp"
#include "runner/plan/metrics.hpp"
#include "runner/plan/step.hpp"
#include "runner/spec/pipeline.hpp"

namespace mlpipe::stages {

inline constexpr std::uint64_t max_metrics_bytes = 64ULL * 1024 * 1024;

struct MetricsFile {
  std::string path;
  plan::Metrics metrics;
};
// Every file that the patterns name, in their order. not_found: a pattern names none; the message
// says which.
[[nodiscard]] Result<std::vector<MetricsFile>> read_metrics_files(
    const std::string& root, const std::vector<std::string>& patterns);

// failed: a file is missing or unreadable. errored: a metric is NaN or infinite; the others are
// reported all the same.
[[nodiscard]] Result<plan::StepResult> report_metrics(const plan::StepInput& input);

// Lowered with the native step where the stage declares metrics, without one where it has none.
[[nodiscard]] plan::Lowered lower_with_metrics(const spec::Stage& stage);

}  // namespace mlpipe::stages
