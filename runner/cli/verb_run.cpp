// `mlpipe run`, and `mlpipe run --dry-run` as `plan`.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "runner/cli/gc_collect.hpp"
#include "runner/cli/reporters.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/engine/engine.hpp"
#include "runner/engine/when.hpp"

namespace mlpipe::cli {
namespace {

// Stages that a change since REF can reach: those with a changed dep or a changed file of their
// pipeline, and all below.
std::optional<int> narrow_to_affected(Session& session, const std::string& ref,
                                      std::vector<bool>& selected) {
  const auto changed = [&]() -> Result<std::vector<std::string>> {
    TRY(port::Vcs * vcs, session.host().vcs());
    TRY(const std::string commit, vcs->resolve(ref));
    return vcs->changed_since(commit);
  }();
  if (!changed) {
    return show(changed.error());
  }
  const engine::Workspace& workspace = session.workspace();
  std::vector<bool> affected(workspace.graph.size(), false);
  for (const StageId id : workspace.graph.topological()) {
    const auto upstream = workspace.graph.upstream(id);
    affected[id.index()] =
        engine::touches(workspace.stage(id), workspace.project().pipeline_of(workspace.stage(id)),
                        *changed) ||
        std::any_of(upstream.begin(), upstream.end(),
                    [&](StageId up) { return affected[up.index()]; });
  }
  // What an affected stage needs from above must stand as well; the decision there is a look at the
  // cache.
  for (std::size_t i = workspace.graph.size(); i-- > 0;) {
    const StageId id = workspace.graph.topological()[i];
    if (affected[id.index()]) {
      for (const StageId up : workspace.graph.upstream(id)) {
        affected[up.index()] = true;
      }
    }
  }
  for (std::size_t i = 0; i < selected.size(); ++i) {
    selected[i] = selected[i] && affected[i];
  }
  return std::nullopt;
}

std::optional<int> refuse_contradictions(const RunArguments& arguments) {
  if (arguments.attach && (!arguments.common.only || arguments.common.targets.size() != 1)) {
    return show(
        {Code::usage,
         "--attach lends the terminal to one stage: say `mlpipe run --only STAGE --attach`"});
  }
  if (arguments.deploy && !arguments.common.profile.empty()) {
    return show({Code::usage, "a profile's results never deploy: leave out --profile or --deploy"});
  }
  return std::nullopt;
}

}  // namespace

int run(const RunArguments& arguments) {
  if (arguments.dry_run) {
    return plan(arguments);
  }
  if (const auto refused = refuse_contradictions(arguments)) {
    return *refused;
  }
  Session session(arguments.common);
  if (const auto failed = session.open_pipelines()) {
    return *failed;
  }
  if (const auto failed = session.open_cache()) {
    return *failed;
  }
  if (const auto failed = session.check_machine()) {
    return *failed;
  }
  if (const auto failed = session.open_executor()) {
    return *failed;
  }
  engine::RunOptions options;
  options.selected = session.selected();
  if (!arguments.affected_by.empty()) {
    if (const auto failed = narrow_to_affected(session, arguments.affected_by, options.selected)) {
      return *failed;
    }
  }
  options.forced =
      arguments.force ? session.named() : std::vector<bool>(options.selected.size(), false);
  options.jobs =
      arguments.jobs > 0 ? arguments.jobs : std::max(1U, std::thread::hardware_concurrency());
  options.on_failure =
      arguments.fail_fast ? run::OnFailure::stop_starting : run::OnFailure::keep_going;
  options.deploy = arguments.deploy ? engine::Deploy::apply : engine::Deploy::plan;
  options.lock = arguments.locked ? engine::LockFile::frozen : engine::LockFile::update;
  options.terminal = arguments.attach ? port::Terminal::attached : port::Terminal::captured;
  options.profile = arguments.common.profile;
  options.early_revision = arguments.common.json;
  const auto reporters = make_reporters(arguments.common);
  std::vector<run::Listener*> listeners;
  for (const auto& reporter : reporters) {
    listeners.push_back(reporter.get());
  }
  const auto finished =
      engine::run_pipeline(session.workspace(), session.host(), options, std::move(listeners));
  if (!finished) {
    const int code = show(finished.error());
    return finished.error().code == Code::usage ? code : 6;
  }
  if (most_bytes(session.workspace()) && !finished->ran.empty()) {
    const auto collected = collect(session, default_keep, cache::Sweep::remove);
    if (!collected && collected.error().code != Code::busy) {  // the next run's end will do
      const int code = show(collected.error());
      return finished->exit_code == 0 ? code : finished->exit_code;
    }
  }
  return finished->exit_code;
}

}  // namespace mlpipe::cli
