// From an attempt whose processes have ended to what it means: the state of the stage, and the
// record of a good result.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/attempt.hpp"
#include "runner/run/event.hpp"

namespace mlpipe::engine {

// Judges, stores and records; fills everything of StageFinished but times. Never fails: what goes
// wrong is the state `errored` with its cause.
[[nodiscard]] run::StageFinished conclude(Workspace& workspace, const Host& host,
                                          const RunContext& context, Attempt& attempt);

// A fresh verdict of a stored result: judges only.
[[nodiscard]] run::StageFinished conclude_verdict(const Workspace& workspace,
                                                  const Attempt& attempt);

// The attempt was cancelled: everything it displaced comes back.
[[nodiscard]] run::StageFinished conclude_cancelled(Workspace& workspace, Attempt& attempt);

// The cause of a failed attempt as the retry policy reads it; empty where it succeeded.
[[nodiscard]] std::string failure_of(const Workspace& workspace, const Attempt& attempt);

// Takes what the disk now holds as the result of this fingerprint: stores outputs, appends the
// action.
struct Kept {
  std::vector<cache::OutRecord> outs;
  cache::Action action;
};
[[nodiscard]] Result<Kept> keep_result(Workspace& workspace, const Host& host, StageId id,
                                       const Fingerprinted& key, cache::Action action,
                                       const std::optional<plan::StepResult>& result);

// A restored result is what the stage wrote last: the next change is told against it, and its files
// are known as ours.
[[nodiscard]] Status make_newest(Workspace& workspace, const std::string& stage,
                                 cache::Action action);

}  // namespace mlpipe::engine
