// The loop of a run, its beginning and its end.
#include "runner/engine/engine.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <thread>

#include "runner/base/digest.hpp"
#include "runner/engine/book.hpp"
#include "runner/engine/files.hpp"
#include "runner/engine/recover.hpp"
#include "runner/engine/runner.hpp"
#include "runner/run/state.hpp"

namespace mlpipe::engine {
namespace {

using namespace std::chrono_literals;
using run::StageState;

// Sortable by time, unique among runs of many machines.
std::string new_run_id(std::chrono::system_clock::time_point now) {
  std::random_device random;
  return fmt::format("{}{:05x}", run_id_prefix(now), random() & 0xfffffU);
}

// Seconds each stage took last time; one that never ran is taken as a second.
std::vector<double> durations(const Workspace& workspace) {
  std::vector<double> seconds;
  for (const std::string& label : workspace.labels) {
    const auto last = workspace.journal->last_wall(label);
    seconds.push_back(last ? std::chrono::duration<double>(*last).count() : 1.0);
  }
  return seconds;
}

std::uint64_t machine_memory() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
}

}  // namespace

std::string run_id_prefix(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count() % 1000;
  return fmt::format("{:04}{:02}{:02}-{:02}{:02}{:02}-{:03x}", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     ms);
}

std::string rfc3339(std::chrono::system_clock::time_point time) {
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     ms % 1000);
}

Runner::Runner(Workspace& workspace, const Host& host, const RunOptions& options,
               std::vector<run::Listener*> listeners)
    : workspace_(workspace), host_(host), options_(options), listeners_(std::move(listeners)) {}

std::string Runner::now() const {
  return rfc3339(host_.clock->now());
}

Status Runner::begin() {
  started_ = host_.clock->steady();
  const auto start = host_.clock->now();
  context_.run_id = new_run_id(start);
  context_.token = sha256(context_.run_id + std::to_string(getpid())).short_hex();
  context_.started = rfc3339(start);
  context_.deploy = options_.deploy == Deploy::apply;
  context_.terminal = options_.terminal;
  TRY_OK(make_state_dir(workspace_.state_dir));
  TRY_OK(check_free_space(workspace_.root));
  events_ = std::make_unique<Events>(
      fmt::format("{}/runs/{}/events.jsonl", workspace_.state_dir, context_.run_id), listeners_);
  TRY(const std::vector<std::string> recovered, recover_dead_runs(workspace_, host_));
  TRY(alive_, workspace_.locks->enter({context_.run_id, getpid(), context_.token}));
  if (!recovered.empty()) {
    TRY_OK(workspace_.journal->refresh());
  }
  const std::size_t count = workspace_.graph.size();
  states_.assign(count, std::nullopt);
  executed_.assign(count, false);
  std::vector<run::Need> needs;
  std::vector<bool> tolerated;
  for (const spec::Stage& stage : workspace_.project().stages) {
    needs.push_back({stage.resources.cpus, stage.resources.memory, stage.resources.gpus});
    tolerated.push_back(stage.allow_failure);
  }
  run::Capacity capacity;
  capacity.jobs = options_.jobs;
  capacity.cpus =
      std::max<double>(options_.jobs, std::max(1U, std::thread::hardware_concurrency()));
  capacity.memory = machine_memory();
  capacity.gpus = cache::gpu_count();
  scheduler_.emplace(workspace_.graph, options_.selected,
                     graph::critical_path(workspace_.graph, durations(workspace_)),
                     std::move(needs), std::move(tolerated), capacity, options_.on_failure);
  return {};
}

run::RunStarted Runner::describe_run() {
  run::RunStarted event;
  event.run_id = context_.run_id;
  event.time = context_.started;
  event.version = host_.version;
  event.commit = revision_.commit;
  event.branch = revision_.branch;
  event.dirty = revision_.dirty;
  event.profile = options_.profile;
  event.cause = options_.cause;
  event.actor = host_.actor;
  event.jobs = options_.jobs;
  for (const spec::Pipeline& pipeline : workspace_.project().pipelines) {
    event.pipelines.push_back(pipeline.name);
  }
  for (std::uint32_t i = 0; i < workspace_.graph.size(); ++i) {
    const spec::Stage& stage = workspace_.project().stages[i];
    run::StageFacts facts;
    facts.name = workspace_.labels[i];
    facts.kind = stage.kind;
    facts.file = workspace_.loaded.sources.at(stage.mark.file).path;
    facts.line = stage.mark.line;
    facts.owners = stage.owners;
    facts.desc = stage.desc;
    facts.selected = options_.selected[i];
    for (const StageId up : workspace_.graph.upstream(StageId{i})) {
      facts.upstream.push_back(workspace_.label(up));
    }
    event.stages.push_back(std::move(facts));
  }
  return event;
}

void Runner::announce() {
  if (announced_) {
    return;
  }
  announced_ = true;
  if (auto revision = current_revision(host_)) {  // a repository without git has no commit to tell
    revision_ = std::move(*revision);
    context_.commit = revision_.commit;
  }
  events_->emit(describe_run());
}

void Runner::interrupt() {
  ++interrupts_;
  if (interrupts_ > 1) {
    for (const auto& [process, attempt] : running_) {
      host_.executor->kill(process);
    }
    return;
  }
  end_unstarted();
  for (const auto& [process, attempt] : running_) {
    host_.executor->cancel(process);
  }
}

void Runner::poll() {
  std::vector<port::Polled> polled = std::move(backlog_);
  backlog_.clear();
  const auto got = host_.executor->poll(polled.empty() ? 100ms : 0ms);
  if (got) {
    polled.push_back(*got);
  }
  for (const port::Polled& happened : polled) {
    for (const port::Output& output : happened.output) {
      on_output(output);
    }
    for (const port::Exit& exit : happened.exits) {
      on_exit(exit);
    }
    if (happened.interrupted) {
      interrupt();
    }
  }
  events_->tick();
}

Status Runner::loop() {
  while (!scheduler_->finished()) {
    bool moved = false;
    for (const StageId id : scheduler_->take_undecided()) {
      decide_stage(id);
      moved = true;
    }
    report_blocked();
    std::vector<StageId> refused;
    const auto steady = host_.clock->steady();
    for (const auto& [id, pending] : pending_) {
      if (pending.not_before > steady) {
        refused.push_back(id);
      }
    }
    while (const auto id = scheduler_->take_startable(refused)) {
      if (start_stage(*id)) {
        moved = true;
      } else {
        scheduler_->requeue(*id);
        refused.push_back(*id);
      }
    }
    report_blocked();
    if (!running_.empty() || !backlog_.empty() || !moved) {
      if (running_.empty() && refused.empty() && !moved && !scheduler_->finished() &&
          scheduler_->queued() == 0) {
        return fail(Code::internal, "the run cannot go on: no stage is running and none can start");
      }
      poll();
    }
    TRY_OK(events_->status());
  }
  report_blocked();
  end_unstarted();  // after a failure under --fail-fast
  return {};
}

void Runner::end_unstarted() {
  for (const StageId id : scheduler_->cancel_rest()) {
    if (const auto pending = pending_.find(id); pending != pending_.end()) {
      (void)pending->second.aside.put_back();
    }
    states_[id.index()] = StageState::cancelled;
    order_.push_back(id);
  }
}

void Runner::write_records(run::RunFinished& finished) {
  Status done;
  if (workspace_.book) {
    done = workspace_.book->close(options_.lock);
    if (!done && done.error().code == Code::refused) {
      finished.exit_code = std::max(finished.exit_code, 2);
      finished.status = "failed";
    }
  } else if (options_.profile.empty() && options_.terminal == port::Terminal::captured) {
    if (options_.lock == LockFile::frozen && !changed_locks(workspace_, good_).empty()) {
      finished.exit_code = std::max(finished.exit_code, 2);
      finished.status = "failed";
      done = fail(Code::refused,
                  "the lock file would change, and --locked forbids it; run without --locked and "
                  "commit it");
    } else if (options_.lock == LockFile::update) {
      done = write_locks(workspace_, good_);
    }
  }
  if (done && appended_) {
    done = workspace_.store->flush();
    done = done ? workspace_.journal->flush() : done;
  }
  if (done) {
    done = workspace_.index->save();
  }
  if (done && announced_) {
    done = host_.record(describe_run(), finished, gates_);
  }
  if (!done) {
    finished.exit_code =
        finished.exit_code == 130 || finished.exit_code == 2 ? finished.exit_code : 6;
    finished.status = finished.status == "passed" ? "errored" : finished.status;
    finished.trouble = done.error().message;
  }
}

run::RunFinished Runner::finish(Status trouble) {
  run::RunFinished finished;
  finished.run_id = context_.run_id;
  const run::Ending ending = interrupts_ > 0 ? run::Ending::interrupted : run::Ending::complete;
  std::vector<run::StageEnd> ended;
  for (const StageId id : order_) {
    const std::string& label = workspace_.label(id);
    const StageState state = *states_[id.index()];
    ended.push_back({workspace_.stage(id).kind, state, workspace_.stage(id).allow_failure});
    if (executed_[id.index()]) {
      finished.ran.push_back(label);
    }
    run::list_of(finished, state).push_back(label);
  }
  finished.exit_code = run::exit_code(ended, ending);
  finished.status = run::run_status(ended, ending);
  if (!trouble) {
    finished.exit_code = interrupts_ > 0 ? 130 : 6;
    finished.status = interrupts_ > 0 ? "interrupted" : "errored";
    finished.trouble = trouble.error().message;
  }
  finished.wall =
      std::chrono::duration_cast<std::chrono::milliseconds>(host_.clock->steady() - started_);
  write_records(finished);
  (void)remove_all(workspace_.state_dir + "/tmp/" + file_name_of(context_.run_id));
  finished.time = now();
  finished.wall =
      std::chrono::duration_cast<std::chrono::milliseconds>(host_.clock->steady() - started_);
  if (announced_) {
    events_->emit(finished);
  } else {
    events_->tell(describe_run());
    events_->tell(finished);
  }
  return finished;
}

Result<run::RunFinished> Runner::run() {
  TRY_OK(begin());
  if (options_.early_revision) {
    if (auto revision = current_revision(host_)) {
      revision_ = std::move(*revision);
    }
  }
  Status trouble = loop();
  if (!trouble) {
    for (const auto& [process, attempt] : running_) {
      host_.executor->kill(process);
    }
    while (!running_.empty()) {
      poll();
    }
  }
  return finish(std::move(trouble));
}

Result<run::RunFinished> run_pipeline(Workspace& workspace, const Host& host,
                                      const RunOptions& options,
                                      std::vector<run::Listener*> listeners) {
  return Runner(workspace, host, options, std::move(listeners)).run();
}

}  // namespace mlpipe::engine
