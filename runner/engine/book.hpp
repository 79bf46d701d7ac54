// Where a repository keeps what it knows of its stages: the one place that decides, stores and
// restores. Without a book the engine does so itself, by manifests, journal and lock file. The
// other book is DVC's: dvc.lock and .dvc/cache. Knows nothing of scheduling, processes and reports.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/decide.hpp"
#include "runner/engine/engine.hpp"
#include "runner/run/event.hpp"

namespace mlpipe::engine {

class Book {
 public:
  virtual ~Book() = default;
  // Reuse with nothing to restore, Reuse with outs to put back, or Run with its reasons.
  virtual Result<Decided> decide(StageId id, Force force) = 0;
  // Carries a decision out that needs no process: puts outs back, takes data as it stands. Nothing:
  // a process is needed. Fills state, cause, summary and notes.
  virtual std::optional<run::StageFinished> settle(StageId id, const Decided& decided) = 0;
  // What runs: argv, and the whole environment but what the engine adds for its own sake.
  struct Launch {
    std::vector<std::string> argv;
    Variables environment;
  };
  virtual Launch launch(StageId id, const Host& host) const = 0;
  // The command ended well and wrote its outs: the result is stored and recorded. Notes for people.
  virtual Result<std::vector<std::string>> keep(StageId id, const Decided& decided) = 0;
  // Writes what was recorded to the committed files. frozen: refused where that would change them.
  virtual Status close(LockFile lock) = 0;
  // What stands at paths may have changed: a command ended.
  virtual void forget() = 0;
};

}  // namespace mlpipe::engine
