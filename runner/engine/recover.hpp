// Before anything is hashed: the leavings of runs that ended uncleanly are ended, put back and
// cleared.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/host.hpp"
#include "runner/engine/workspace.hpp"

namespace mlpipe::engine {

// Returns one line for each run that was cleaned up after.
[[nodiscard]] Result<std::vector<std::string>> recover_dead_runs(Workspace& workspace,
                                                                 const Host& host);

// Refuses to start on a file system that is as good as full.
[[nodiscard]] Status check_free_space(const std::string& root);

}  // namespace mlpipe::engine
