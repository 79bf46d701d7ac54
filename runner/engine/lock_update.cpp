#include "runner/engine/lock_update.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

#include "runner/engine/files.hpp"

namespace mlpipe::engine {
namespace {

lock::LockedStage entry_of(const Workspace& workspace, const GoodResult& result) {
  lock::LockedStage entry;
  entry.name = workspace.stage(result.stage).name;
  entry.fingerprint = result.fingerprint;
  for (const cache::OutRecord& out : result.outs) {
    entry.outs.push_back({out.path, port::to_text(out.content)});
  }
  std::sort(entry.outs.begin(), entry.outs.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return entry;
}

std::vector<lock::LockedStage> merged(const Workspace& workspace, PipelineId pipeline,
                                      const std::vector<GoodResult>& results) {
  std::map<std::string, lock::LockedStage> entries;
  for (const lock::LockedStage& old : workspace.locked[pipeline.index()]) {
    entries.emplace(old.name, old);
  }
  for (const GoodResult& result : results) {
    if (workspace.stage(result.stage).pipeline == pipeline) {
      lock::LockedStage entry = entry_of(workspace, result);
      entries[entry.name] = std::move(entry);
    }
  }
  std::vector<lock::LockedStage> kept;
  for (const spec::Stage& stage : workspace.project().stages) {
    if (stage.pipeline == pipeline) {
      if (const auto at = entries.find(stage.name); at != entries.end()) {
        kept.push_back(std::move(at->second));
        entries.erase(at);
      }
    }
  }
  return kept;
}

// Whether every result stands in the file as it is, and nothing else does: told entry by entry,
// without making its text.
bool says_so_already(const Workspace& workspace, PipelineId pipeline,
                     const std::vector<GoodResult>& results) {
  const std::vector<lock::LockedStage>& locked = workspace.locked[pipeline.index()];
  std::unordered_map<std::string_view, const lock::LockedStage*> entries;
  for (const lock::LockedStage& entry : locked) {
    entries.emplace(entry.name, &entry);
  }
  for (const GoodResult& result : results) {
    const spec::Stage& stage = workspace.stage(result.stage);
    if (stage.pipeline == pipeline) {
      const auto at = entries.find(stage.name);
      if (at == entries.end() || !(*at->second == entry_of(workspace, result))) {
        return false;
      }
    }
  }
  const auto& stages = workspace.project().stages;
  const auto known = std::count_if(stages.begin(), stages.end(), [&](const spec::Stage& stage) {
    return stage.pipeline == pipeline && entries.count(stage.name) > 0;
  });
  return static_cast<std::size_t>(known) == locked.size();
}

}  // namespace

std::vector<PipelineId> changed_locks(const Workspace& workspace,
                                      const std::vector<GoodResult>& results) {
  std::vector<PipelineId> changed;
  for (std::uint32_t i = 0; i < workspace.project().pipelines.size(); ++i) {
    const PipelineId pipeline{i};
    if (says_so_already(workspace, pipeline, results)) {
      continue;
    }
    auto entries = merged(workspace, pipeline, results);
    const bool nothing_yet = entries.empty() && workspace.locked[i].empty();
    if (!nothing_yet && lock::write(std::move(entries)) != lock::write(workspace.locked[i])) {
      changed.push_back(pipeline);
    }
  }
  return changed;
}

Status write_locks(Workspace& workspace, const std::vector<GoodResult>& results) {
  for (const PipelineId pipeline : changed_locks(workspace, results)) {
    TRY(const cache::Held write, workspace.locks->write());
    // Another run may have written meanwhile: merge with what stands there now.
    const std::string path =
        workspace.root + "/" + workspace.project().pipelines[pipeline.index()].lock_path;
    if (const auto text = read_file(path)) {
      TRY(workspace.locked[pipeline.index()], lock::read(*text));
    }
    workspace.locked[pipeline.index()] = merged(workspace, pipeline, results);
    workspace.index_locks();
    TRY_OK(write_file(path, lock::write(workspace.locked[pipeline.index()])));
  }
  return {};
}

}  // namespace mlpipe::engine
