#include "runner/cli/gc_collect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runner/cli/gc_roots.hpp"

namespace mlpipe::cli {

std::optional<std::uint64_t> most_bytes(const engine::Workspace& workspace) {
  std::optional<std::uint64_t> most;
  for (const spec::Pipeline& pipeline : workspace.project().pipelines) {
    if (!pipeline.storing.max_size) {
      return std::nullopt;
    }
    most = std::max(most.value_or(0), *pipeline.storing.max_size);
  }
  return most;
}

Result<cache::GcReport> collect(Session& session, std::chrono::milliseconds keep,
                                cache::Sweep sweep) {
  const engine::Workspace& workspace = session.workspace();
  TRY(const auto alive, workspace.locks->alive());
  if (!alive.empty() && sweep == cache::Sweep::remove) {
    return fail(Code::busy,
                fmt::format("run {} (pid {}) is alive and may be about to restore what would go; "
                            "collect when it has ended, or look with --dry-run",
                            alive.front().run_id, alive.front().pid));
  }
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      session.host().clock->now().time_since_epoch());
  TRY(auto roots, gc_roots(workspace, now, keep));
  cache::GcRequest request;
  request.roots = std::move(roots.kept);
  request.pinned = std::move(roots.pinned);
  request.max_size = most_bytes(workspace);
  request.sweep = sweep;
  return cache::collect_garbage(workspace.state_dir, request);
}

}  // namespace mlpipe::cli
