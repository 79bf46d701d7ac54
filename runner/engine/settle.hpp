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
#include "runner/engine/standing.hpp"
#include "runner/engine/workspace.hpp"

namespace mlpipe::engine {

struct SettledRun {
  std::vector<std::string> pipelines;
  std::size_t stages = 0;  // selected, all up to date
};

// The earlier answer, where everything it rested on still stands.
[[nodiscard]] std::optional<SettledRun> still_settled(const Question& question,
                                                      const Variables& caller,
                                                      std::chrono::system_clock::time_point now);

// Remembers that all selected stages were found up to date. Does nothing where that could change
// unseen.
Status settle(const Workspace& workspace, const Question& question, const Host& host,
              const std::vector<bool>& selected, cache::Seen& seen);

}  // namespace mlpipe::engine
