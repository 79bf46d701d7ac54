// `mlpipe run`, and `mlpipe run --dry-run` as `plan`.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "runner/report/blocks.hpp"
#include "runner/report/terminal.hpp"

#include "runner/cli/gc_collect.hpp"
#include "runner/cli/reporters.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/engine/engine.hpp"
#include "runner/engine/settle.hpp"
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

// What the answer "nothing to do" depends on beside the disk; nullopt for questions that are not
// about that.
std::optional<engine::Question> settle_question(const RunArguments& arguments, Session& session) {
  const Common& common = arguments.common;
  if (common.dvc.compat || arguments.force || arguments.attach || arguments.deploy ||
      arguments.locked || !arguments.affected_by.empty() || common.json) {
    return std::nullopt;
  }
  engine::Question question{session.root(), session.host().executable, {}};
  const auto add = [&](const char* name, const std::vector<std::string>& values) {
    question.asked.emplace_back(fmt::format("{} {}", name, values.size()));
    question.asked.insert(question.asked.end(), values.begin(), values.end());
  };
  add("files", common.files);
  add("profile", {common.profile});
  add("targets", common.targets);
  add("tags", common.tags);
  add("reach", {common.only ? "only" : common.downstream ? "downstream" : "with upstream"});
  return question;
}

int show_settled(const engine::Settled& run) {
  const report::ReportOptions options = report::terminal_options(STDOUT_FILENO);
  options.write(report::render(report::nothing_to_do(run.pipelines, run.stages), report::any_width,
                               options.colour) +
                "\n");
  return 0;
}

bool found_nothing_to_do(const run::RunFinished& run, const std::vector<bool>& selected) {
  const auto stages = std::count(selected.begin(), selected.end(), true);
  return run.exit_code == 0 && run.reused.size() == static_cast<std::size_t>(stages);
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
  const auto question = settle_question(arguments, session);
  const auto settled =
      question ? engine::find_settled(*question, session.host().caller, session.host().clock->now())
               : std::nullopt;
  if (settled && settled->nothing_to_do()) {
    return show_settled(*settled);
  }
  const auto seen = question ? engine::begin_seeing(session.root()) : nullptr;
  if (const auto failed = session.open_pipelines(Untargeted::folder)) {
    return *failed;
  }
  if (const auto failed = session.open_cache()) {
    return *failed;
  }
  session.workspace().index->watch(seen.get());
  if (const auto failed = session.check_machine()) {
    return *failed;
  }
  if (const auto failed = session.open_executor()) {
    return *failed;
  }
  engine::RunOptions options;
  options.selected = session.selected();
  if (settled) {
    options.untouched = engine::untouched(session.workspace(), *settled);
  }
  if (!arguments.affected_by.empty()) {
    if (const auto failed = narrow_to_affected(session, arguments.affected_by, options.selected)) {
      return *failed;
    }
  }
  const bool all_forced = arguments.common.dvc.compat;  // as `dvc repro --force` does
  options.forced = arguments.force ? (all_forced ? options.selected : session.named())
                                   : std::vector<bool>(options.selected.size(), false);
  options.jobs =
      arguments.jobs > 0 ? arguments.jobs : std::max(1U, std::thread::hardware_concurrency());
  options.on_failure =
      arguments.fail_fast || (arguments.common.dvc.compat && !arguments.keep_going &&
                              !arguments.common.dvc.ignore_errors)
          ? run::OnFailure::stop_starting
          : run::OnFailure::keep_going;
  options.deploy = arguments.deploy ? engine::Deploy::apply : engine::Deploy::plan;
  options.lock = arguments.locked ? engine::LockFile::frozen : engine::LockFile::update;
  options.terminal = arguments.attach ? port::Terminal::attached : port::Terminal::captured;
  options.profile = arguments.common.profile;
  options.early_revision = arguments.common.json;
  if (arguments.common.dvc.ignore_errors) {
    for (spec::Stage& stage : session.workspace().loaded.project.stages) {
      stage.allow_failure = true;
    }
  }
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
  if (seen != nullptr && !session.workspace().book &&
      found_nothing_to_do(*finished, options.selected)) {
    // A memory that cannot be kept costs time, nothing else.
    (void)engine::settle(session.workspace(), *question, session.host(), options.selected, *seen,
                         options.untouched.empty() ? nullptr : &*settled);
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
