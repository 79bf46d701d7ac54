// An explanation as lines for people. Knows nothing of how it was found.
#pragma once

#include <chrono>
#include <string>

#include "runner/engine/explain.hpp"

namespace mlpipe::cli {

// Ends in a newline. `now` is Unix time, for "12 min ago".
[[nodiscard]] std::string why_text(const engine::Workspace& workspace,
                                   const engine::Explanation& explanation,
                                   std::chrono::milliseconds now);

// "2026-11-24 14:03:05 UTC".
[[nodiscard]] std::string utc_text(std::int64_t unix_ms);

}  // namespace mlpipe::cli
