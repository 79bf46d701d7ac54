#include "runner/cli/gc_collect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "runner/cli/gc_roots.hpp"
#include "runner/engine/engine.hpp"
#include "runner/engine/files.hpp"

namespace mlpipe::cli {
namespace {

namespace fs = std::filesystem;

// Run ids begin with their time and sort by it.
Result<std::size_t> prune_runs(const std::string& state_dir,
                               std::chrono::system_clock::time_point before, cache::Sweep sweep) {
  std::vector<std::string> ids;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(state_dir + "/runs", error)) {
    ids.push_back(entry.path().filename().string());
  }
  std::sort(ids.begin(), ids.end());
  const std::string newest_old = engine::run_id_prefix(before);
  std::size_t removed = 0;
  for (std::size_t i = 0; i + most_recent_runs < ids.size() && ids[i] < newest_old; ++i) {
    if (sweep == cache::Sweep::remove) {
      TRY_OK(engine::remove_all(state_dir + "/runs/" + ids[i]));
    }
    ++removed;
  }
  return removed;
}

Result<std::size_t> prune_results(engine::Workspace& workspace, const GcRoots& roots,
                                  std::chrono::milliseconds now, cache::Sweep sweep) {
  // What was recorded a moment ago stays as long as its objects do.
  const cache::GcRequest defaults;
  const auto young = now - std::chrono::milliseconds(defaults.grace);
  const auto wanted = [&](const cache::Action& action) {
    return roots.actions.count({action.fingerprint, action.run_id}) > 0 ||
           std::chrono::milliseconds(action.time_ms) > young;
  };
  if (sweep == cache::Sweep::dry_run) {
    const auto actions = workspace.journal->all();
    return static_cast<std::size_t>(std::count_if(actions.begin(), actions.end(),
                                                  [&](const auto& one) { return !wanted(one); }));
  }
  TRY(const cache::Held write, workspace.locks->write());
  return workspace.journal->keep_only(wanted);
}

}  // namespace

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

Result<Collected> collect(Session& session, std::chrono::milliseconds keep, cache::Sweep sweep) {
  engine::Workspace& workspace = session.workspace();
  TRY(const auto alive, workspace.locks->alive());
  if (!alive.empty() && sweep == cache::Sweep::remove) {
    return fail(Code::busy,
                fmt::format("run {} (pid {}) is alive and may be about to restore what would go; "
                            "collect when it has ended, or look with --dry-run",
                            alive.front().run_id, alive.front().pid));
  }
  const auto now = session.host().clock->now();
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  TRY(auto roots, gc_roots(workspace, now_ms, keep));
  Collected collected;
  // First what names objects, then the objects: an entry without its objects is never seen.
  TRY(collected.results, prune_results(workspace, roots, now_ms, sweep));
  TRY(collected.runs, prune_runs(workspace.state_dir, now - keep, sweep));
  cache::GcRequest request;
  request.roots = std::move(roots.kept);
  request.pinned = std::move(roots.pinned);
  request.max_size = most_bytes(workspace);
  request.sweep = sweep;
  TRY(collected.objects, cache::collect_garbage(workspace.state_dir, request));
  return collected;
}

}  // namespace mlpipe::cli
