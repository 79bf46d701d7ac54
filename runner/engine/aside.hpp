// The outputs that an attempt displaces: moved to .mlpipe/aside/ before it starts, put back when it
// is cancelled, dropped when it succeeds. Survives kill -9: the list of what was moved is written
// before anything moves.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::engine {

class Aside {
 public:
  // Moves what stands at `paths` (relative to root). Nothing is created where nothing stands.
  static Result<Aside> take(const std::string& root, const std::string& state_dir,
                            const std::string& run_id, const std::vector<std::string>& paths);
  // The attempt was cancelled: what it wrote goes, what stood there comes back.
  Status put_back();
  // The attempt failed for good: what it wrote stays to be looked at; what it did not write comes
  // back.
  Status fill_gaps();
  // The attempt succeeded.
  Status drop();

 private:
  std::string root_;
  std::string folder_;              // empty: nothing was moved
  std::vector<std::string> paths_;  // paths_[i] lies at folder_/i
};

// After an unclean end of a run: everything it had moved aside comes back.
[[nodiscard]] Status recover_aside(const std::string& root, const std::string& state_dir,
                                   const std::string& run_id);

// Moves an output that nobody of us wrote to .mlpipe/kept/<run id>/<path>; returns that path,
// relative to root.
[[nodiscard]] Result<std::string> keep_edited(const std::string& root, const std::string& run_id,
                                              const std::string& path);

}  // namespace mlpipe::engine
