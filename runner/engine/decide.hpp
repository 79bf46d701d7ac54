// Run or reuse, with the reason: the manifest against the journal and the lock, the record against
// what stands on the disk.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/cache/journal.hpp"
#include "runner/engine/fingerprint.hpp"
#include "runner/engine/workspace.hpp"
#include "runner/plan/decision.hpp"

namespace mlpipe::engine {

enum class Force : std::uint8_t { no, yes };

struct Decided {
  Fingerprinted key;
  plan::Decision decision;  // Run or Reuse
  std::optional<cache::Action>
      action;  // the good result that is reused; absent where only the lock knows it
  std::vector<cache::OutRecord> restore;  // with Reuse: what must be written back
  std::vector<std::string> edited;        // outs whose present content nobody of us wrote
};

[[nodiscard]] Result<Decided> decide(Workspace& workspace, const Host& host, StageId id,
                                     Force force);

// A gate's verdict and a deployment are never taken from a lock file: somebody else's word is no
// evidence.
[[nodiscard]] bool is_gate(std::string_view kind);

// The out's pattern expanded to what stands there now; a plain path as it is.
[[nodiscard]] Result<std::vector<std::string>> standing_outs(Workspace& workspace,
                                                             const spec::Stage& stage);

}  // namespace mlpipe::engine
