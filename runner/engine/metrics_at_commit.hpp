// The candidate's metrics files as a commit holds them: in git, else through the lock file there to
// an object of the store. Knows nothing of which commit counts.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/baselines.hpp"
#include "runner/plan/metrics.hpp"

namespace mlpipe::engine {

// In the order of question.candidate_files; fewer where the commit does not hold all of them, none
// where it holds none. unavailable: an object is not in the store; the message names the commands
// that bring it.
[[nodiscard]] Result<std::vector<plan::Metrics>> metrics_at_commit(const BaselineQuestion& question,
                                                                   const BaselineSources& sources,
                                                                   const std::string& commit);

[[nodiscard]] std::string short_commit(const std::string& commit);  // for people

}  // namespace mlpipe::engine
