// Why a stage would run, down to the file, the parameter, the package and the stage above that
// started it. Builds on the preview; says what it cannot know instead of guessing. Knows nothing of
// how it is shown.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/preview.hpp"
#include "runner/engine/toolchain.hpp"
#include "runner/engine/tree_diff.hpp"
#include "runner/engine/workspace.hpp"

namespace mlpipe::engine {

// A dep whose content moved. A glob's paths are those of its matches.
struct DepChange {
  std::string dep;  // as declared
  TreeDiff diff;
  std::optional<StageId> written_by;
};

struct PackageChange {
  std::string lock;
  std::vector<Moved> moved;
  std::string unknown;  // why the packages cannot be named; empty where they can
};

struct CommandChange {
  std::string then;
  std::string now;
};

// One stage waits for the next: through a file, or through `needs` alone (then `through` is empty).
struct Link {
  StageId above;
  std::string through;
};
// From the explained stage up to one that has a reason of its own.
struct Chain {
  std::vector<Link> links;            // never empty
  std::vector<plan::Change> reasons;  // of the last one
  std::string problem;                // where the last one is blocked
};

struct Explanation {
  Preview preview;
  std::optional<cache::Action>
      reused;  // with up_to_date and missing; absent where the lock file alone knows the result
  std::optional<cache::Action> last;  // the last good run, whatever its inputs
  bool last_unreadable = false;       // its manifest is of another version, or damaged
  bool locked = false;  // the lock file has a result of this stage, of whatever inputs
  std::vector<DepChange> deps;
  std::vector<PackageChange> packages;
  std::optional<CommandChange> command;
  std::vector<Chain> chains;    // the nearest causes first, at most `Detail::chains`
  std::size_t chain_count = 0;  // of all
};

struct Detail {
  std::size_t files = 20;  // named per dep
  std::size_t chains = 5;
};

// One for every stage of `named`, in topological order. `selected` holds them and all that lies
// upstream.
[[nodiscard]] Result<std::vector<Explanation>> explain(Workspace& workspace, const Host& host,
                                                       const std::vector<bool>& selected,
                                                       const std::vector<bool>& named,
                                                       const Detail& detail);

}  // namespace mlpipe::engine
