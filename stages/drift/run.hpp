// Two tables compared in this process: what `mlpipe step drift` and `mlpipe drift` share.
#pragma once

#include <string>

#include "runner/base/error.hpp"
#include "stages/drift/config.hpp"
#include "stages/drift/result.hpp"
#include "stages/kind.hpp"

namespace mlpipe::stages::drift {

struct RunOptions {
  std::string root;     // absolute: what relative paths are relative to
  std::string scratch;  // absolute folder for spilling; must exist
  std::uint32_t threads = 1;
  std::uint64_t memory = 0;  // bytes, 0: no limit
};

// A table that cannot be read, or a column that cannot be compared, is an error in the result; the
// other columns are compared all the same. usage: a name that stands for no column.
[[nodiscard]] Result<DriftResult> compare_tables(const Config& config, const RunOptions& options,
                                                 Host& host);

}  // namespace mlpipe::stages::drift
