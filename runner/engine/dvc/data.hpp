// Versioned data in DVC's format: files and folders tracked by .dvc files beside them, objects in
// the cache. What `mlpipe data` does. Knows nothing of command lines and terminals.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/dvc/tracker.hpp"

namespace mlpipe::engine::dvc {

// The folder .dvc with its configuration, where there is none: versioned data needs no DVC.
// True: it was made.
[[nodiscard]] Result<bool> make_project(const std::string& root);

struct Tracked {
  std::string path;  // relative to the root
  std::string file;  // the .dvc file
  std::string oid;
  std::uint64_t size = 0;
  std::uint64_t files = 1;
};
// `path` is relative to the root. refused: it belongs to a stage, or overlaps tracked data.
[[nodiscard]] Result<Tracked> add_data(Tracker& tracker, const std::string& path);
// Forgets: the .dvc file goes, the data stays. `file` is the .dvc file, relative to the root.
Status remove_data(Tracker& tracker, const std::string& file);

struct CheckedOut {
  std::vector<std::string> written;  // paths that now hold what is recorded
  std::vector<std::string> missing;  // whose objects are nowhere here
};
enum class Unsaved : std::uint8_t { refused, overwritten };
// Puts back what is recorded of the wanted stages (one flag each). refused: content that no cache
// holds would be lost.
[[nodiscard]] Result<CheckedOut> checkout_data(Tracker& tracker, const std::vector<bool>& wanted,
                                               Unsaved unsaved);

// Takes what stands on the disk as the result of the wanted stages that changed. Returns their
// names.
[[nodiscard]] Result<std::vector<std::string>> commit_data(Tracker& tracker,
                                                           const std::vector<bool>& wanted);

// The objects that the recorded outs of the wanted stages name, folders with their content.
struct Used {
  std::string path;  // "d", "d/a": relative to the root
  std::string oid;
  cache::DvcLayout layout = cache::DvcLayout::current;
};
[[nodiscard]] std::vector<Used> used_objects(const Tracker& tracker,
                                             const std::vector<bool>& wanted);

struct Collected {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
};
enum class Sweep : std::uint8_t { look, remove };
// Removes every object of the cache that the workspace does not name.
[[nodiscard]] Result<Collected> collect_garbage(Tracker& tracker, Sweep sweep);

}  // namespace mlpipe::engine::dvc
