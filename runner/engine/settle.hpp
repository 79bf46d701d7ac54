// "Nothing to do", remembered: after a run that found everything up to date, the next one with the
// same question only stats what that answer rested on, and reads no pipeline. What could change the
// answer without a trace in the file system is left to a full run: stages with clocks, git,
// secrets, GPUs, baselines, deployments.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/cache/seen.hpp"
#include "runner/engine/host.hpp"
#include "runner/engine/workspace.hpp"

namespace mlpipe::engine {

struct SettleQuestion {
  std::string root;
  std::string executable;          // another binary may answer otherwise
  std::vector<std::string> asked;  // every argument that the answer depends on, in a fixed order
};

struct SettledRun {
  std::vector<std::string> pipelines;
  std::size_t stages = 0;  // selected, all up to date
};

// The earlier answer, where everything it rested on still stands.
[[nodiscard]] std::optional<SettledRun> still_settled(const SettleQuestion& question,
                                                      const Variables& caller,
                                                      std::chrono::system_clock::time_point now);

// Begins to record, before anything is read. nullptr where there is no earlier result to rest on.
[[nodiscard]] std::unique_ptr<cache::Seen> begin_seeing(const std::string& root);

// Remembers that all selected stages were found up to date. Does nothing where that could change
// unseen.
Status settle(const Workspace& workspace, const SettleQuestion& question, const Host& host,
              const std::vector<bool>& selected, cache::Seen& seen);

}  // namespace mlpipe::engine
