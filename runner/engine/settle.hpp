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
#include "runner/cache/answer_file.hpp"
#include "runner/cache/seen.hpp"
#include "runner/engine/host.hpp"
#include "runner/engine/standing.hpp"
#include "runner/engine/workspace.hpp"

namespace mlpipe::engine {

// The earlier answer, as far as it holds.
struct Settled {
  std::vector<std::string> pipelines;
  std::size_t stages = 0;            // selected; all were up to date
  std::vector<std::string> changed;  // paths that do not stand as they did
  bool same_journal = false;         // no: results were recorded since, for these paths or others
  cache::AnswerFile file;

  [[nodiscard]] bool nothing_to_do() const { return changed.empty() && same_journal; }
};

// nullopt: there is no earlier answer that is worth anything now.
[[nodiscard]] std::optional<Settled> find_settled(const Question& question, const Variables& caller,
                                                  std::chrono::system_clock::time_point now);

// By stage: whether it is up to date as long as nothing above it is run: none of the paths that
// changed concerns it. Empty: the answer is of no use, for instance as a pipeline changed.
[[nodiscard]] std::vector<bool> untouched(const Workspace& workspace, const Settled& settled);

// Remembers that all selected stages were found up to date; `base` is the answer that untouched
// stages rest on. Does nothing where that could change unseen.
Status settle(const Workspace& workspace, const Question& question, const Host& host,
              const std::vector<bool>& selected, cache::Seen& seen, const Settled* base);

}  // namespace mlpipe::engine
