// Checkpoint folders: they belong to the fingerprint, not to the attempt, and survive retries,
// kills and a new run.
#pragma once

#include <string>

#include "runner/base/digest.hpp"
#include "runner/base/error.hpp"
#include "runner/spec/pipeline.hpp"

namespace mlpipe::engine {

enum class Resumed : std::uint8_t { no, yes };

// Makes the folder ready for an attempt: one of another fingerprint is emptied, more than `keep`
// entries are thinned out, oldest first. yes: it holds something to go on from.
[[nodiscard]] Result<Resumed> open_checkpoint(const std::string& root, const std::string& state_dir,
                                              const spec::Checkpoint& checkpoint,
                                              const Digest& fingerprint);
// The stage succeeded: the folder goes.
[[nodiscard]] Status close_checkpoint(const std::string& root, const std::string& state_dir,
                                      const spec::Checkpoint& checkpoint);

}  // namespace mlpipe::engine
