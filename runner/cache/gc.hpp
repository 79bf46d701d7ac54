// Removes objects that nobody needs. Knows nothing of what a root is: the caller names them.
//
// An object is young while its last use (atime: storing, restoring or keeping it) is within the
// grace time, or lies in the future; young ones stay, as another run may be about to name them. The
// last use is asked again after the object was taken out of its place, so that one that is stored
// anew at that very moment survives.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/digest.hpp"
#include "runner/base/error.hpp"
#include "runner/port/content.hpp"

namespace mlpipe::cache {

enum class Sweep : std::uint8_t { remove, dry_run };

struct GcRequest {
  std::vector<port::Content>
      roots;  // kept, with all below them, unless max_size asks for their room
  std::vector<port::Content> pinned;  // kept in any case: blessed and deployed results
  std::chrono::seconds grace{3600};
  std::optional<std::uint64_t> max_size;  // bytes of all objects; the least recently used go first
  Sweep sweep = Sweep::remove;
};

struct Tally {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
};

struct GcReport {
  Tally kept;                 // everything that stays
  Tally young;                // of it: named by no root, but in its grace time
  Tally unreachable;          // removed (dry run: would be): named by no root
  Tally evicted;              // removed (dry run: would be): to get below max_size
  std::uint64_t missing = 0;  // named by roots, but not here
};

// Also clears .mlpipe/tmp of what is older than a day. permission, io: the state folder could not
// be worked on; what was removed until then stays removed, which harms nothing.
[[nodiscard]] Result<GcReport> collect_garbage(const std::string& state_dir,
                                               const GcRequest& request);

}  // namespace mlpipe::cache
