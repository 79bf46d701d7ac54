// What a failed attempt left in place of its outputs: a report worth reading, but nothing to keep
// when the stage runs again. One small file per such stage under .mlpipe/left/; gone once the stage
// succeeds.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/content.hpp"

namespace mlpipe::engine {

using LeftOuts = std::vector<std::pair<std::string, port::Content>>;

[[nodiscard]] bool left_by_failed_attempt(const std::string& state_dir, const std::string& label,
                                          const std::string& path, const port::Content& content);
Status remember_left(const std::string& state_dir, const std::string& label, const LeftOuts& outs);
void forget_left(const std::string& state_dir, const std::string& label);

}  // namespace mlpipe::engine
