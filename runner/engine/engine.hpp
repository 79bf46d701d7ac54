// The one loop that joins scheduler, decisions, cache and processes, and emits events.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/host.hpp"
#include "runner/engine/workspace.hpp"
#include "runner/graph/graph.hpp"
#include "runner/run/event.hpp"
#include "runner/run/scheduler.hpp"

namespace mlpipe::engine {

enum class Deploy : std::uint8_t {
  plan,
  apply
};  // plan: stop before deploy stages and say what they would do
enum class LockFile : std::uint8_t {
  update,
  frozen
};  // frozen: --locked, an error if it would change

struct RunOptions {
  std::vector<bool> selected;  // by stage
  std::vector<bool> forced;    // by stage
  // By stage, or empty: known to be up to date as long as nothing above it is run.
  std::vector<bool> untouched;
  std::uint32_t jobs = 1;
  run::OnFailure on_failure = run::OnFailure::keep_going;
  Deploy deploy = Deploy::plan;
  LockFile lock = LockFile::update;
  port::Terminal terminal =
      port::Terminal::captured;  // attached: one stage has the terminal; its result is not kept
  std::string profile;
  std::string cause = "manual";
  bool early_revision =
      false;  // events are for machines: they carry commit and branch even when nothing happens
};

// What the id of a run that began at this time begins with; ids sort by it.
[[nodiscard]] std::string run_id_prefix(std::chrono::system_clock::time_point time);

// Runs to the end. An Error only where nothing could be started at all (state folder, recovery,
// disk full); everything that happens to stages is in the result.
[[nodiscard]] Result<run::RunFinished> run_pipeline(Workspace& workspace, const Host& host,
                                                    const RunOptions& options,
                                                    std::vector<run::Listener*> listeners);

}  // namespace mlpipe::engine
