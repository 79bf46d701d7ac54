// The committed lock files: what this run knows to be good, merged with what it did not touch.
#pragma once

#include <vector>

#include "runner/base/error.hpp"
#include "runner/cache/journal.hpp"
#include "runner/engine/workspace.hpp"

namespace mlpipe::engine {

struct GoodResult {
  StageId stage;
  Digest fingerprint;
  std::vector<cache::OutRecord> outs;
};

// The pipelines whose lock file would change.
[[nodiscard]] std::vector<PipelineId> changed_locks(const Workspace& workspace,
                                                    const std::vector<GoodResult>& results);
// Writes those that change, each once, under the short write lock. Entries of stages that are gone
// are dropped.
[[nodiscard]] Status write_locks(Workspace& workspace, const std::vector<GoodResult>& results);

}  // namespace mlpipe::engine
