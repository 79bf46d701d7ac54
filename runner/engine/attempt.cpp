#include "runner/engine/attempt.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "runner/base/redactor.hpp"
#include "runner/base/text.hpp"
#include "runner/engine/book.hpp"
#include "runner/engine/checkpoint.hpp"
#include "runner/engine/command_line.hpp"
#include "runner/engine/environment.hpp"
#include "runner/engine/files.hpp"
#include "runner/engine/secrets.hpp"

namespace mlpipe::engine {
namespace {

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string(".") : path.substr(0, slash);
}

// A persistent output stays where it is; a file that shares its bytes with the store is copied
// apart first.
Status unshare(const std::string& path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_nlink < 2) {
    return {};
  }
  TRY(const std::string bytes, read_file(path));
  TRY_OK(write_file(path, bytes));
  return chmod(path.c_str(), found.st_mode | S_IWUSR) == 0
             ? Status{}
             : Status(fail_errno("cannot make writable " + path, errno));
}

bool is_persistent(const spec::Stage& stage, const std::string& path) {
  return std::any_of(stage.outs.begin(), stage.outs.end(), [&](const spec::Out& out) {
    return out.persist == spec::Persist::yes && (out.path == path || glob_match(out.path, path));
  });
}

Status clear_outs(Workspace& workspace, const RunContext& context, Attempt& attempt) {
  const spec::Stage& stage = workspace.stage(attempt.id);
  for (const std::string& path : attempt.decided.edited) {
    if (!is_persistent(stage, path) && stands(workspace.root + "/" + path)) {
      TRY(const std::string kept, keep_edited(workspace.root, context.run_id, path));
      attempt.notes.push_back(fmt::format("{} was not what this stage last wrote; it is kept at {}",
                                          printable(path), printable(kept)));
    }
  }
  attempt.decided.edited.clear();
  TRY(std::vector<std::string> standing, standing_outs(workspace, stage));
  std::vector<std::string> displaced;
  for (const std::string& path : standing) {
    if (is_persistent(stage, path)) {
      TRY_OK(unshare(workspace.root + "/" + path));
    } else {
      displaced.push_back(path);
    }
  }
  TRY(attempt.aside, Aside::take(workspace.root, workspace.state_dir, context.run_id, displaced));
  attempt.cleared = true;
  for (const spec::Out& out : stage.outs) {
    const std::string folder = folder_of(out.path);
    if (!workspace.book && folder != "." && !is_glob(folder)) {
      TRY_OK(make_folders(workspace.root + "/" + folder));
    }
  }
  return {};
}

// All parameters of the default file as the profile left them: what a stage's code should read
// instead of the file.
Result<std::string> params_file(const Workspace& workspace, const RunContext& context,
                                const spec::Stage& stage) {
  const spec::Pipeline& pipeline = workspace.project().pipeline_of(stage);
  if (pipeline.params_file.empty()) {
    return std::string();
  }
  const std::string path = fmt::format("{}/tmp/{}/params-{}.json", workspace.state_dir,
                                       file_name_of(context.run_id), stage.pipeline.value);
  if (!stands(path)) {
    TRY_OK(write_file(path, pipeline.params_json + "\n"));
  }
  return path;
}

Status make_environment(Workspace& workspace, const Host& host, const RunContext& context,
                        Attempt& attempt, const Variables& secrets) {
  const spec::Stage& stage = workspace.stage(attempt.id);
  Variables& given = attempt.environment;
  given = workspace.book ? workspace.book->launch(attempt.id, host).environment
                         : stage_environment(stage, host.caller, attempt.decided.key.toolchain.bin);
  for (const auto& [name, value] : secrets) {
    set_variable(given, name, value);
  }
  set_variable(given, "MLPIPE_STAGE", workspace.label(attempt.id));
  set_variable(given, "MLPIPE_ROOT", workspace.root);
  set_variable(given, "MLPIPE_RUN_ID", context.run_id);
  set_variable(given, "MLPIPE_RUN_TOKEN", context.token);
  set_variable(given, "MLPIPE_STAGE_TOKEN",
               fmt::format("{}-{}-{}", context.token, attempt.id.value, attempt.number));
  set_variable(given, "MLPIPE_ATTEMPT", std::to_string(attempt.number));
  TRY(const std::string params, params_file(workspace, context, stage));
  if (!params.empty()) {
    set_variable(given, "MLPIPE_PARAMS", params);
  }
  if (stage.seed) {
    set_variable(given, "MLPIPE_SEED", std::to_string(*stage.seed));
  }
  if (stage.checkpoint) {
    TRY(const Resumed resumed, open_checkpoint(workspace.root, workspace.state_dir,
                                               *stage.checkpoint, attempt.decided.key.fingerprint));
    attempt.resumed = attempt.resumed || resumed == Resumed::yes;
    set_variable(given, "MLPIPE_CHECKPOINT_DIR", workspace.root + "/" + stage.checkpoint->path);
  }
  if (stage.resources.gpus > 0) {
    set_variable(given, "CUDA_VISIBLE_DEVICES",
                 fmt::format("{}", fmt::join(attempt.locks.gpus.ids, ",")));
  }
  return {};
}

plan::StepInput step_input(Workspace& workspace, const Host& host, const RunContext& context,
                           const Attempt& attempt) {
  const spec::Stage& stage = workspace.stage(attempt.id);
  plan::StepInput input;
  input.stage = workspace.label(attempt.id);
  input.kind = stage.kind;
  input.root = workspace.root;
  input.scratch = attempt.scratch;
  input.run_id = context.run_id;
  input.run_started = context.started;
  input.run_date = workspace.date;
  input.config = workspace.lowered[attempt.id.index()].config;
  for (const spec::Out& out : stage.outs) {
    (out.role == spec::OutRole::metric ? input.metrics : input.outs).push_back(out.path);
  }
  nlohmann::json params = nlohmann::json::object();
  for (const spec::Param& param : stage.params) {
    params[param.key] = nlohmann::json::parse(param.value, nullptr, false);
  }
  input.params = params.dump();
  if (attempt.decided.key.baseline) {
    input.baseline = attempt.decided.key.baseline->json;
    input.baseline_note = attempt.decided.key.baseline->note;
  }
  input.evidence = attempt.evidence;
  if (const auto last = workspace.journal->last_of(input.stage); last && last->result) {
    if (auto text = workspace.store->read(*last->result)) {
      input.previous = std::move(*text);
    }
  }
  input.stored = attempt.stored;
  if (!attempt.exits.empty()) {
    const port::Exit& exit = attempt.exits.front();
    input.command_exit = exit.cause == port::ExitCause::exited ? exit.code : 128 + exit.signal;
  }
  input.actor = host.actor;
  input.commit = context.commit;
  input.threads = static_cast<std::uint32_t>(std::max(1.0, stage.resources.cpus));
  input.memory = stage.resources.memory;
  input.mode = context.deploy ? plan::Mode::apply : plan::Mode::plan;
  return input;
}

}  // namespace

Status prepare(Workspace& workspace, const Host& host, const RunContext& context, Attempt& attempt,
               std::vector<port::Polled>& backlog) {
  const spec::Stage& stage = workspace.stage(attempt.id);
  TRY(const Variables secrets,
      read_secrets(stage, workspace.root, host.caller, *host.executor, backlog));
  std::vector<Secret> values;
  for (const auto& [name, value] : secrets) {
    values.push_back({name, value});
  }
  TRY(Redactor redactor, Redactor::make(values));
  const std::string file =
      fmt::format("{}.{}.log", file_name_of(workspace.label(attempt.id)), attempt.number);
  attempt.log = std::make_unique<AttemptLog>(
      fmt::format("{}/runs/{}/logs/{}", workspace.state_dir, context.run_id, file),
      std::move(redactor));
  if (!attempt.stored && attempt.number == 1) {
    TRY_OK(clear_outs(workspace, context, attempt));
  }
  TRY_OK(make_environment(workspace, host, context, attempt, secrets));
  const plan::Lowered& lowered = workspace.lowered[attempt.id.index()];
  attempt.phase = stage.cmd.empty() || attempt.stored ? Phase::step : Phase::command;
  if (lowered.native != plan::Native::none) {
    attempt.scratch = fmt::format("{}/tmp/{}/{}-{}", workspace.state_dir,
                                  file_name_of(context.run_id), attempt.id.value, attempt.number);
    TRY_OK(remove_all(attempt.scratch));
    TRY_OK(make_folders(attempt.scratch));
  }
  return {};
}

Status start(Workspace& workspace, const Host& host, const RunContext& context, Attempt& attempt) {
  const spec::Stage& stage = workspace.stage(attempt.id);
  port::Command command;
  command.env = attempt.environment;
  command.grace = stage.grace;
  command.timeout = stage.timeout;
  command.terminal = context.terminal;
  if (attempt.phase == Phase::command) {
    command.argv = workspace.book ? workspace.book->launch(attempt.id, host).argv
                                  : argument_vector(stage.cmd, stage.shell);
    command.working_dir =
        workspace.root + (stage.working_dir == "." ? "" : "/" + stage.working_dir);
  } else {
    TRY_OK(write_file(attempt.scratch + "/step.json",
                      plan::to_json(step_input(workspace, host, context, attempt))));
    command.argv = {host.executable, "step", stage.kind, attempt.scratch + "/step.json",
                    attempt.scratch + "/result.json"};
    command.working_dir = workspace.root;
    for (const auto& [name, value] : host.caller) {
      if (name.substr(0, 7) == "MLPIPE_" && find_variable(command.env, name) == nullptr) {
        set_variable(command.env, name, value);  // where modules lie; a step is mlpipe itself
      }
    }
  }
  attempt.since = host.clock->steady();
  TRY(attempt.process, host.executor->start(command));
  return {};
}

Status remove_outs(Workspace& workspace, const spec::Stage& stage) {
  TRY(const std::vector<std::string> standing, standing_outs(workspace, stage));
  for (const std::string& path : standing) {
    if (!is_persistent(stage, path)) {
      TRY_OK(remove_all(workspace.root + "/" + path));
      workspace.index->forget(path);
    }
  }
  return {};
}

bool step_follows(const Workspace& workspace, const Attempt& attempt) {
  const plan::Lowered& lowered = workspace.lowered[attempt.id.index()];
  if (attempt.phase != Phase::command || lowered.native == plan::Native::none) {
    return false;
  }
  const port::Exit& exit = attempt.exits.back();
  const bool good = exit.cause == port::ExitCause::exited && exit.code == 0;
  return good || (lowered.after_failure == plan::AfterFailure::run_step &&
                  exit.cause != port::ExitCause::cancelled);
}

Result<std::optional<plan::StepResult>> read_result(const Attempt& attempt) {
  if (attempt.phase != Phase::step) {
    return std::optional<plan::StepResult>();
  }
  const auto text = read_file(attempt.scratch + "/result.json");
  if (!text) {
    return fail(Code::internal, "the step ended without a result");
  }
  // A report or a table can hold a secret too: nothing of the answer is kept or shown before it is
  // masked.
  TRY(plan::StepResult result, plan::result_from_json(attempt.log->redactor().redact(*text)));
  return std::optional<plan::StepResult>(std::move(result));
}

std::string describe_exit(const port::Exit& exit, const spec::Stage& stage) {
  switch (exit.cause) {
    case port::ExitCause::exited:
      return exit.code == 0 ? std::string() : fmt::format("exit {}", exit.code);
    case port::ExitCause::signalled:
      return fmt::format("signal {} (SIG{})", exit.signal,
                         sigabbrev_np(exit.signal) != nullptr ? sigabbrev_np(exit.signal) : "?");
    case port::ExitCause::timed_out:
      return "timeout after " +
             format_duration(stage.timeout.value_or(std::chrono::milliseconds(0)));
    case port::ExitCause::cancelled:
      return "cancelled";
    case port::ExitCause::out_of_memory:
      return "out of memory (killed by the system)";
  }
  return {};
}

}  // namespace mlpipe::engine
