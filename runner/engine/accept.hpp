// `accept`: what stands on the disk is taken as the result of a stage without running it. Recorded
// as such, with a reason.
#pragma once

#include <string>

#include "runner/base/error.hpp"
#include "runner/engine/host.hpp"
#include "runner/engine/workspace.hpp"

namespace mlpipe::engine {

struct Accepted {
  std::size_t outs = 0;
  Digest fingerprint;
};
// not_found: an output or a dep is missing. refused: a deployment cannot be accepted. The lock file
// is updated.
[[nodiscard]] Result<Accepted> accept_result(Workspace& workspace, const Host& host, StageId id,
                                             const std::string& reason);

}  // namespace mlpipe::engine
