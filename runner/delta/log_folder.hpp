// The files of a _delta_log folder by version. Looks at names and sizes only; what stands in them
// it does not know. _last_checkpoint is not asked: a listing knows as much, and cannot be stale.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::delta {

// All parts of one checkpoint, absolute paths in order. A v2 checkpoint may name sidecars beside.
struct Checkpoint {
  std::int64_t version = 0;
  std::vector<std::string> parts;  // .parquet, or the single .json of a v2 checkpoint
};

struct LogFolder {
  std::string path;
  std::map<std::int64_t, std::string> commits;
  std::vector<Checkpoint> checkpoints;  // complete ones, by rising version

  // The newest checkpoint that is not younger than `version`, or nullptr.
  [[nodiscard]] const Checkpoint* checkpoint_before(std::int64_t version) const;
  [[nodiscard]] std::int64_t newest() const;  // version; -1 where the log is empty
};

// `root` is the table's folder. not_found: no _delta_log there.
[[nodiscard]] Result<LogFolder> list_log(const std::string& root);

}  // namespace mlpipe::delta
