// Trying a release: the stage's `verify` commands, run through the Executor port. Knows nothing of
// what follows from it.
#pragma once

#include <string>

#include "runner/base/error.hpp"
#include "runner/port/process.hpp"
#include "stages/deploy/settings.hpp"

namespace mlpipe::stages::deploy {

struct Verified {
  enum class Verdict : std::uint8_t { passed, failed, interrupted, none_declared };
  Verdict verdict = Verdict::none_declared;
  std::string how;            // "exit 1", "timeout after 10 s"; empty where it passed
  std::string json = "null";  // for the record
};

struct Trial {
  std::string root;     // absolute; the commands run in the stage's working_dir below it
  std::string target;   // absolute folder, MLPIPE_TARGET_DIR
  std::string release;  // absolute folder, MLPIPE_RELEASE_DIR
  std::string id;       // MLPIPE_DEPLOYMENT_ID
};

// The commands' output goes to our standard output. Interrupted: a signal asked us to end; the
// command is ended first.
[[nodiscard]] Result<Verified> verify(const Settings& settings, const Trial& trial,
                                      port::Executor& executor);

}  // namespace mlpipe::stages::deploy
