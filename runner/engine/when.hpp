// `when`: whether a stage takes part in this run.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/host.hpp"
#include "runner/engine/workspace.hpp"
#include "runner/run/state.hpp"

namespace mlpipe::engine {

// The branch and tags this run stands for: git's, or what the CI system says where HEAD is
// detached.
struct Revision {
  std::string commit;
  std::string branch;  // empty: unknown
  std::vector<std::string> tags;
  bool dirty = false;
};
[[nodiscard]] Result<Revision> current_revision(const Host& host);

// Whether a change of these paths can change the stage: a dep, a lock file of its environment, or
// its pipeline's files.
[[nodiscard]] bool touches(const spec::Stage& stage, const spec::Pipeline& pipeline,
                           const std::vector<std::string>& paths);

using StateOf = std::function<std::optional<run::StageState>(StageId)>;

// nullopt: it takes part. Else the condition that fails, in words: "branch is `topic`, not one of
// main".
[[nodiscard]] Result<std::optional<std::string>> unmet_condition(const Workspace& workspace,
                                                                 const Host& host,
                                                                 const spec::When& when,
                                                                 const StateOf& state_of);

}  // namespace mlpipe::engine
