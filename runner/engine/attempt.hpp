// One attempt of one stage: outputs set aside, processes started one after the other, output
// collected. Decides nothing.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/cache/locks.hpp"
#include "runner/engine/aside.hpp"
#include "runner/engine/decide.hpp"
#include "runner/engine/host.hpp"
#include "runner/engine/log.hpp"
#include "runner/engine/workspace.hpp"
#include "runner/plan/step.hpp"
#include "runner/port/process.hpp"
#include "runner/run/retry.hpp"

namespace mlpipe::engine {

// What all attempts of a run share.
struct RunContext {
  std::string run_id;
  std::string token;    // MLPIPE_RUN_TOKEN
  std::string started;  // RFC 3339
  std::string commit;
  bool deploy = false;  // --deploy
  port::Terminal terminal = port::Terminal::captured;
};

// Locks that a stage holds while it runs: its own alone, its producers' shared, and its GPUs.
struct StageLocks {
  cache::Held own;
  std::vector<cache::Held> producers;
  cache::GpuSlots gpus;
};

enum class Phase : std::uint8_t { command, step };

struct Attempt {
  StageId id;
  std::uint32_t number = 1;
  run::Tries tries;
  Decided decided;
  StageLocks locks;
  std::vector<std::string> notes;
  Phase phase = Phase::command;
  port::ProcessId process;
  std::string scratch;  // absolute
  std::string evidence = "[]";
  std::optional<std::string> stored;  // a result whose verdict is taken anew
  Variables environment;
  std::unique_ptr<AttemptLog> log;
  Aside aside;
  bool cleared =
      false;  // what stood at its outputs was moved away: what stands there now is its own
  bool resumed = false;
  std::vector<port::Exit> exits;  // of the command, then of the step
  std::chrono::steady_clock::time_point since;
};

// Everything before the first process: secrets, outputs aside, folders, checkpoint, environment,
// log. `backlog` receives what other processes did while a secret's command ran.
[[nodiscard]] Status prepare(Workspace& workspace, const Host& host, const RunContext& context,
                             Attempt& attempt, std::vector<port::Polled>& backlog);
// Starts the command, or the native step where there is no command (or it has ended).
[[nodiscard]] Status start(Workspace& workspace, const Host& host, const RunContext& context,
                           Attempt& attempt);
// What a failed attempt wrote goes before the next one starts; persistent outputs stay.
[[nodiscard]] Status remove_outs(Workspace& workspace, const spec::Stage& stage);
// Whether the native step is to follow what just ended.
[[nodiscard]] bool step_follows(const Workspace& workspace, const Attempt& attempt);
// The step's answer; nullopt where the kind has no step or it was not run.
[[nodiscard]] Result<std::optional<plan::StepResult>> read_result(const Attempt& attempt);

// What the last exit means, in words: "exit 1", "signal 9 (SIGKILL)", "timeout after 30 s"; empty
// for success.
[[nodiscard]] std::string describe_exit(const port::Exit& exit, const spec::Stage& stage);

}  // namespace mlpipe::engine
