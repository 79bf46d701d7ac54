// What the engine is given from outside: processes, time, version control, baselines, records. The
// engine itself opens none of them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/cache/locks.hpp"
#include "runner/plan/step.hpp"
#include "runner/port/clock.hpp"
#include "runner/port/process.hpp"
#include "runner/port/vcs.hpp"
#include "runner/run/event.hpp"
#include "runner/spec/pipeline.hpp"

namespace mlpipe::engine {

using Variables = std::vector<std::pair<std::string, std::string>>;  // sorted by name

// A regression gate's baseline, resolved. json is what the step reads; absent where there is no
// result.
struct Baseline {
  std::string id = "missing";
  std::optional<std::string> json;
  std::string note;
};

// What a regression stage compared, for the history. candidate is the identity of the compared
// metrics.
struct GateOutcome {
  std::string stage;
  std::string candidate;
  std::string details;
  std::string state;
};

struct Host {
  std::string executable;  // this binary, for `mlpipe step KIND`
  std::string version;
  Variables caller;   // the environment mlpipe was started in
  std::string actor;  // who runs this
  port::Clock* clock = nullptr;
  port::Executor* executor = nullptr;
  std::function<Result<plan::Lowered>(const spec::Stage&)> lower;
  std::function<Result<port::Vcs*>()> vcs;  // opened on first use
  // candidate: identity of the candidate's metrics (a run's own result is never its baseline).
  std::function<Result<Baseline>(const spec::Stage&, const plan::BaselineRef&, const plan::Lowered&,
                                 const std::string& candidate)>
      baseline;
  std::function<Status(const run::RunStarted&, const run::RunFinished&,
                       const std::vector<GateOutcome>&)>
      record;
  // Ends every process whose environment holds the run's token.
  std::function<Status(const cache::RunInfo&)> end_processes;
  // Where a deploy stage's target keeps its records; see plan::StepInput.
};

}  // namespace mlpipe::engine
