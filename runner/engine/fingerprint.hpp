// From a stage and what stands on the disk to its manifest.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/toolchain.hpp"
#include "runner/engine/workspace.hpp"
#include "runner/plan/manifest.hpp"
#include "runner/port/content.hpp"

namespace mlpipe::engine {

struct Fingerprinted {
  plan::Manifest manifest;
  Digest fingerprint;
  std::vector<port::Content> deps;  // parallel to Stage::deps
  Toolchain toolchain;
  std::optional<Baseline> baseline;
  std::string candidate;  // regression: identity of what is compared
};

// errors: not_found where a dep or a tool is missing (the message names it), and what reading
// brings.
[[nodiscard]] Result<Fingerprinted> fingerprint(Workspace& workspace, const Host& host, StageId id);

// The deps as they are now.
[[nodiscard]] Result<std::vector<port::Content>> look_at_deps(Workspace& workspace,
                                                              const spec::Stage& stage);

// "outs flags" of a manifest item and of error messages.
[[nodiscard]] std::string describe_out(const spec::Out& out);

}  // namespace mlpipe::engine
