#include "runner/engine/conclude.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "runner/engine/book.hpp"
#include "runner/engine/checkpoint.hpp"
#include "runner/engine/environment.hpp"
#include "runner/engine/files.hpp"
#include "runner/engine/left_outs.hpp"

namespace mlpipe::engine {
namespace {

using run::StageState;

constexpr std::size_t shown_log_lines = 20;

void add_usage(const Attempt& attempt, run::StageFinished& finished) {
  for (const port::Exit& exit : attempt.exits) {
    finished.cpu += exit.user + exit.system;
    finished.max_rss = std::max(finished.max_rss, exit.max_rss);
    if (exit.output_cut) {
      finished.notes.emplace_back(
          "something it started went on writing after it ended; that output was not waited for");
    }
  }
}

nlohmann::json number_map(const std::string& text) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  return json.is_object() ? json : nlohmann::json::object();
}

void add_result(const Workspace& workspace, const Attempt& attempt, const plan::StepResult& result,
                run::StageFinished& finished) {
  finished.summary = result.summary;
  finished.findings = result.findings;
  finished.details = result.details;
  nlohmann::json before = nlohmann::json::object();
  if (const auto last = workspace.journal->last_of(finished.stage); last && last->result) {
    const auto text = workspace.store->read(*last->result);
    const auto previous = text ? plan::result_from_json(*text) : fail(Code::not_found, "");
    before = previous ? number_map(previous->metrics) : before;
  }
  const nlohmann::json metrics = number_map(result.metrics);
  for (const auto& [name, value] : metrics.items()) {
    if (value.is_number()) {
      run::MetricValue metric{name, value.get<double>(), std::nullopt};
      if (before.contains(name) && before[name].is_number()) {
        metric.before = before[name].get<double>();
      }
      finished.metrics.push_back(std::move(metric));
    }
  }
  (void)attempt;
}

run::StageFinished begin(const Workspace& workspace, const Attempt& attempt) {
  run::StageFinished finished;
  finished.stage = workspace.label(attempt.id);
  finished.attempts = attempt.number;
  finished.notes = attempt.notes;
  finished.resumed = attempt.resumed;
  finished.fingerprint = attempt.decided.key.fingerprint.hex();
  add_usage(attempt, finished);
  if (attempt.log && !attempt.log->empty()) {
    finished.log = attempt.log->path().substr(workspace.root.size() + 1);
  }
  return finished;
}

// Whether every declared output stands; the first that does not is named.
std::optional<std::string> missing_out(Workspace& workspace, const spec::Stage& stage) {
  for (const spec::Out& out : stage.outs) {
    if (is_glob(out.path)) {
      const auto matches = workspace.index->expand(out.path);
      if (matches && matches->empty()) {
        return out.path;
      }
    } else if (!stands(workspace.root + "/" + out.path)) {
      return out.path;
    }
  }
  return std::nullopt;
}

// The first input that is not what it was when the stage was decided.
Result<std::optional<std::string>> moved_input(Workspace& workspace, const Attempt& attempt) {
  const spec::Stage& stage = workspace.stage(attempt.id);
  for (const spec::Dep& dep : stage.deps) {
    workspace.index->forget(dep.path);  // what was remembered says nothing of now
  }
  const auto now = look_at_deps(workspace, stage);
  if (!now) {
    return now.error().code == Code::changed || now.error().code == Code::not_found
               ? Result<std::optional<std::string>>(now.error().message)
               : tl::make_unexpected(now.error());
  }
  for (std::size_t i = 0; i < stage.deps.size(); ++i) {
    if (!((*now)[i] == attempt.decided.key.deps[i])) {
      return std::optional<std::string>(fmt::format("`{}` changed", printable(stage.deps[i].path)));
    }
  }
  return std::optional<std::string>();
}

void forget_outs(Workspace& workspace, const spec::Stage& stage) {
  for (const spec::Out& out : stage.outs) {
    workspace.index->forget(out.path);
  }
}

void leave_failed(Workspace& workspace, Attempt& attempt, run::StageFinished& finished) {
  const spec::Stage& stage = workspace.stage(attempt.id);
  LeftOuts left;
  if (const auto standing = standing_outs(workspace, stage)) {
    for (const std::string& path : *standing) {
      const auto content = workspace.index->look(path, cache::View::output);
      if (content && content->type != port::EntryType::missing) {
        left.emplace_back(path, *content);
      }
    }
  }
  Status done = attempt.aside.fill_gaps();
  if (done && !left.empty()) {
    done = remember_left(workspace.state_dir, finished.stage, left);
  }
  if (!done) {
    finished.notes.push_back(done.error().message);
  }
}

void explain_failure(const Host& host, const Attempt& attempt, run::StageFinished& finished) {
  if (!attempt.log) {
    return;
  }
  finished.tail = attempt.log->last_lines(shown_log_lines);
  for (const std::string& name :
       unpassed_variables(attempt.log->tail(), host.caller, attempt.environment)) {
    finished.notes.push_back(
        fmt::format("the log mentions {0}, which is set here but not passed to the stage: add it "
                    "to `env: {{pass: [{0}]}}`",
                    name));
  }
}

void error_out(run::StageFinished& finished, std::string cause) {
  finished.state = StageState::errored;
  finished.cause = std::move(cause);
  finished.cached = false;
}

// The state from exits and the step's answer, before anything is stored.
std::optional<plan::StepResult> judge(Workspace& workspace, const Attempt& attempt,
                                      run::StageFinished& finished) {
  const std::string failure = failure_of(workspace, attempt);
  auto result = read_result(attempt);
  const bool step_died =
      attempt.phase == Phase::step && !attempt.exits.empty() &&
      !(attempt.exits.back().cause == port::ExitCause::exited && attempt.exits.back().code == 0);
  if (!result || step_died) {
    const std::string why = step_died
                                ? describe_exit(attempt.exits.back(), workspace.stage(attempt.id))
                                : result.error().message;
    error_out(finished,
              fmt::format("the {} step failed: {}", workspace.stage(attempt.id).kind, why));
    return std::nullopt;
  }
  if (*result) {
    finished.state = run::from_outcome((*result)->outcome);
    add_result(workspace, attempt, **result, finished);
  }
  if (!failure.empty()) {
    finished.state = StageState::failed;
    finished.cause = failure;
  }
  return *result;
}

void store_good(Workspace& workspace, const Host& host, const RunContext& context, Attempt& attempt,
                const std::optional<plan::StepResult>& result, run::StageFinished& finished) {
  if (context.terminal == port::Terminal::attached) {
    finished.cached = false;
    finished.notes.emplace_back(
        "it had the terminal, and what a person typed is no input that counts: the result is not "
        "kept");
    return;
  }
  if (workspace.book) {
    const auto notes = workspace.book->keep(attempt.id, attempt.decided);
    if (!notes) {
      return error_out(finished, notes.error().message);
    }
    finished.cached = notes->empty();
    finished.notes.insert(finished.notes.end(), notes->begin(), notes->end());
    return;
  }
  const auto moved = moved_input(workspace, attempt);
  if (!moved) {
    return error_out(finished, moved.error().message);
  }
  if (*moved) {
    finished.cached = false;
    finished.notes.push_back(fmt::format(
        "{} while the stage ran; the result is not kept and the stage will run again", **moved));
    return;
  }
  cache::Action action;
  action.stage = finished.stage;
  action.state = finished.state == StageState::warned ? "warned" : "passed";
  action.run_id = context.run_id;
  action.wall_ms = 0;
  for (const port::Exit& exit : attempt.exits) {
    action.wall_ms += exit.wall.count();
  }
  action.max_rss = finished.max_rss;
  action.resumed = attempt.resumed;
  const auto kept =
      keep_result(workspace, host, attempt.id, attempt.decided.key, std::move(action), result);
  if (!kept) {
    error_out(finished, "the result could not be stored: " + kept.error().message);
  }
}

}  // namespace

std::string failure_of(const Workspace& workspace, const Attempt& attempt) {
  const spec::Stage& stage = workspace.stage(attempt.id);
  return stage.cmd.empty() || attempt.exits.empty() ? std::string()
                                                    : describe_exit(attempt.exits.front(), stage);
}

Result<Kept> keep_result(Workspace& workspace, const Host& host, StageId id,
                         const Fingerprinted& key, cache::Action action,
                         const std::optional<plan::StepResult>& result) {
  const spec::Stage& stage = workspace.stage(id);
  Kept kept;
  TRY(const std::vector<std::string> standing, standing_outs(workspace, stage));
  for (const std::string& path : standing) {
    TRY(const port::Content content, workspace.index->look(path, cache::View::output));
    const bool uncached =
        stage.cache == spec::Caching::uncached ||
        std::any_of(stage.outs.begin(), stage.outs.end(), [&](const spec::Out& out) {
          return out.caching == spec::Caching::uncached &&
                 (out.path == path || glob_match(out.path, path));
        });
    if (!uncached) {
      TRY_OK(workspace.store->put_path(path, content));
    }
    kept.outs.push_back({path, content, !uncached});
  }
  TRY_OK(keep_lock_texts(stage.environment, workspace.root, *workspace.store));
  action.fingerprint = key.fingerprint;
  action.manifest = key.manifest.bytes();
  action.outs = kept.outs;
  action.time_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(host.clock->now().time_since_epoch())
          .count();
  if (result) {
    TRY(action.result, workspace.store->put(plan::to_json(*result)));
  }
  if (workspace.durability == cache::Durability::power) {
    TRY_OK(workspace.store->flush());  // the record must not outlive what it names
  }
  TRY(const cache::Held write, workspace.locks->write());
  TRY_OK(workspace.journal->append(action));
  kept.action = std::move(action);
  return kept;
}

Status make_newest(Workspace& workspace, const std::string& stage, cache::Action action) {
  const auto last = workspace.journal->last_of(stage);
  if (last && last->fingerprint == action.fingerprint) {
    return {};
  }
  action.stage = stage;
  TRY(const cache::Held write, workspace.locks->write());
  return workspace.journal->append(action);
}

run::StageFinished conclude(Workspace& workspace, const Host& host, const RunContext& context,
                            Attempt& attempt) {
  const spec::Stage& stage = workspace.stage(attempt.id);
  run::StageFinished finished = begin(workspace, attempt);
  forget_outs(workspace, stage);
  const auto result = judge(workspace, attempt, finished);
  const bool good = finished.state == StageState::passed || finished.state == StageState::warned;
  if (good) {
    if (const auto missing = missing_out(workspace, stage)) {
      finished.state = StageState::failed;
      finished.cause = fmt::format("it did not write its output `{}`", printable(*missing));
    } else if (!workspace.lowered[attempt.id.index()].deploys) {
      store_good(workspace, host, context, attempt, result, finished);
    }
  }
  if (run::lets_pass(finished.state)) {
    Status dropped = attempt.aside.drop();
    if (dropped && stage.checkpoint) {
      dropped = close_checkpoint(workspace.root, workspace.state_dir, *stage.checkpoint);
    }
    if (!dropped) {
      finished.notes.push_back(dropped.error().message);
    }
    forget_left(workspace.state_dir, finished.stage);
  } else {
    leave_failed(workspace, attempt, finished);
    explain_failure(host, attempt, finished);
  }
  return finished;
}

run::StageFinished conclude_verdict(const Workspace& workspace, const Attempt& attempt) {
  run::StageFinished finished = begin(workspace, attempt);
  const auto result = read_result(attempt);
  if (!result || !*result) {
    error_out(finished, result ? "the verdict gave no result" : result.error().message);
    return finished;
  }
  finished.state = run::from_outcome((*result)->outcome);
  finished.summary =
      (*result)->verdict_summary.empty() ? (*result)->summary : (*result)->verdict_summary;
  finished.findings = (*result)->findings;
  finished.details = (*result)->details;
  if (finished.state == StageState::passed) {
    finished.state = StageState::reused;
  }
  return finished;
}

run::StageFinished conclude_cancelled(Workspace& workspace, Attempt& attempt) {
  run::StageFinished finished = begin(workspace, attempt);
  finished.state = StageState::cancelled;
  finished.cause = "interrupted";
  Status back;
  if (attempt.cleared || attempt.number > 1) {
    back = remove_outs(workspace, workspace.stage(attempt.id));
  }
  back = back ? attempt.aside.put_back() : back;
  if (!back) {
    finished.notes.push_back(back.error().message);
  }
  forget_outs(workspace, workspace.stage(attempt.id));
  return finished;
}

}  // namespace mlpipe::engine
