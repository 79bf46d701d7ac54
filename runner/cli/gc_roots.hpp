// Which stored objects something still needs: the roots of a garbage collection, from journal, lock
// files and gate records. Removes nothing.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/workspace.hpp"
#include "runner/port/content.hpp"

namespace mlpipe::cli {

struct GcRoots {
  std::vector<port::Content> kept;
  std::vector<port::Content> pinned;  // stays even where cache.max_size asks for its room
  std::set<std::pair<Digest, std::string>> actions;  // fingerprint and run of what names them
};

// Everything of results younger than `keep`, and of the last good result of every stage whatever
// its age (also of stages that this branch does not have); what the lock files name. Pinned:
// results blessed last on each branch.
[[nodiscard]] Result<GcRoots> gc_roots(const engine::Workspace& workspace,
                                       std::chrono::milliseconds now,
                                       std::chrono::milliseconds keep);

}  // namespace mlpipe::cli
