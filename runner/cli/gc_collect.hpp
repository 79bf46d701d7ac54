// Collecting garbage with the roots of a repository: by `mlpipe gc`, and after a run where
// `cache.max_size` is set.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "runner/base/error.hpp"
#include "runner/cache/gc.hpp"
#include "runner/cli/session.hpp"

namespace mlpipe::cli {

constexpr std::chrono::hours default_keep{24 * 30};

// What the pipelines together allow the store: the largest of several, as what one may keep is not
// taken away by another; nullopt where one of them sets no limit.
[[nodiscard]] std::optional<std::uint64_t> most_bytes(const engine::Workspace& workspace);

struct Collected {
  cache::GcReport objects;
  std::size_t results = 0;  // forgotten (dry run: would be): entries of the journal
  std::size_t runs = 0;     // whose events and logs were removed (would be)
};

// Events and logs of the newest runs stay, whatever their age.
constexpr std::size_t most_recent_runs = 10;

// Results younger than `keep`, the last good one of every stage, locked and blessed ones stay.
// busy: another run is alive and may be about to restore what would go.
[[nodiscard]] Result<Collected> collect(Session& session, std::chrono::milliseconds keep,
                                        cache::Sweep sweep);

}  // namespace mlpipe::cli
