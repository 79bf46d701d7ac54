// What happens to one stage: decided, started, ended.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "runner/engine/files.hpp"
#include "runner/engine/runner.hpp"
#include "runner/run/retry.hpp"

namespace mlpipe::engine {

using run::StageState;

// Nothing that it reads or wrote has changed, and nothing above it was touched in this run.
bool Runner::stands_as_it_did(StageId id) const {
  const auto up = workspace_.graph.upstream(id);
  return !options_.untouched.empty() && options_.untouched[id.index()] &&
         std::none_of(up.begin(), up.end(), [&](StageId above) {
           return states_[above.index()] && states_[above.index()] != StageState::reused;
         });
}

void Runner::decide_stage(StageId id) {
  if (stands_as_it_did(id)) {
    return end_silently(id, StageState::reused);
  }
  const spec::Stage& stage = workspace_.stage(id);
  if (stage.when) {
    const auto unmet = unmet_condition(workspace_, host_, *stage.when,
                                       [&](StageId other) { return states_[other.index()]; });
    if (!unmet) {
      return end_errored(id, "its `when` could not be evaluated: " + unmet.error().message);
    }
    if (*unmet) {
      return end_silently(id, StageState::skipped);
    }
  }
  auto decided = decide(workspace_, host_, id, force_of(id));
  if (!decided) {
    return end_errored(id, decided.error().message);
  }
  apply_decision(id, std::move(*decided));
}

void Runner::apply_decision(StageId id, Decided decided) {
  fingerprints_[id] = decided.key.fingerprint;
  candidates_[id] = decided.key.candidate;
  const plan::Lowered& lowered = workspace_.lowered[id.index()];
  const bool attached = options_.terminal == port::Terminal::attached;
  const auto* reuse = std::get_if<plan::Reuse>(&decided.decision);
  if (reuse == nullptr || lowered.deploys || attached) {
    if (reuse != nullptr) {
      decided.decision = plan::Run{{{plan::ItemKind::force, attached ? "--attach" : "target",
                                     plan::ChangeKind::added, "", ""}}};
    }
    pending_[id].decided = std::move(decided);
    return scheduler_->queue(id);
  }
  if (!reuse->restore.empty()) {
    pending_[id].decided = std::move(decided);
    return scheduler_->queue(id);  // writing needs the stage's lock, and room
  }
  accepted_[id] = decided.action && decided.action->origin == cache::Origin::accepted;
  if (lowered.verdict == plan::Verdict::fresh && decided.action && decided.action->result) {
    auto stored = workspace_.store->read(*decided.action->result);
    if (stored) {
      Pending& pending = pending_[id];
      pending.stored = std::move(*stored);
      pending.decided = std::move(decided);
      return scheduler_->queue(id);
    }
  }
  const auto outs = decided.action ? decided.action->outs : std::vector<cache::OutRecord>{};
  if (decided.action) {
    good_.push_back({id, decided.key.fingerprint, outs});
  }
  end_silently(id, StageState::reused);
}

// false: somebody else holds one of them, which is announced.
Result<bool> Runner::take_locks(StageId id, Pending& pending) {
  if (pending.locks) {
    return true;
  }
  StageLocks locks;
  const auto wait_for = [&](std::string what) {
    std::string behind;
    if (const auto others = workspace_.locks->alive(); others && !others->empty()) {
      behind = fmt::format("mlpipe run {} (pid {})", others->front().run_id, others->front().pid);
    }
    pending.lost_lock = true;
    announce_wait(id, pending, std::move(what), std::move(behind));
    return false;
  };
  TRY(auto own, workspace_.locks->try_stage(workspace_.label(id), cache::LockMode::exclusive));
  if (!own) {
    return wait_for("the stage itself, which another run has");
  }
  locks.own = std::move(*own);
  for (const StageId producer : workspace_.graph.upstream(id)) {
    TRY(auto shared,
        workspace_.locks->try_stage(workspace_.label(producer), cache::LockMode::shared));
    if (!shared) {
      return wait_for(workspace_.label(producer) + ", which another run has");
    }
    locks.producers.push_back(std::move(*shared));
  }
  if (const std::uint32_t gpus = workspace_.stage(id).resources.gpus; gpus > 0) {
    TRY(auto slots, cache::try_gpus(gpus));
    if (!slots) {
      return wait_for(fmt::format("{} GPU{}", gpus, gpus == 1 ? "" : "s"));
    }
    locks.gpus = std::move(*slots);
  }
  pending.locks = std::move(locks);
  return true;
}

void Runner::announce_wait(StageId id, Pending& pending, std::string what, std::string behind) {
  if (!pending.announced_wait) {
    pending.announced_wait = true;
    announce();
    events_->emit(run::StageWaiting{workspace_.label(id), std::move(what), std::move(behind)});
  }
}

// Between a decision and the start another run may have done the work: its result counts as ours.
void Runner::decide_again(StageId id) {
  // What was seen before that run wrote is no longer so.
  for (const spec::Dep& dep : workspace_.stage(id).deps) {
    workspace_.index->forget(dep.path);
  }
  for (const spec::Out& out : workspace_.stage(id).outs) {
    workspace_.index->forget(out.path);
  }
  auto decided = decide(workspace_, host_, id, Force::no);
  if (!decided) {
    return end_errored(id, decided.error().message);
  }
  const auto* reuse = std::get_if<plan::Reuse>(&decided->decision);
  if (reuse != nullptr && reuse->restore.empty()) {
    pending_.erase(id);
    return apply_decision(id, std::move(*decided));
  }
  pending_[id].decided = std::move(*decided);
}

bool Runner::start_stage(StageId id) {
  Pending& pending = pending_[id];
  const auto locked = take_locks(id, pending);
  if (!locked) {
    end_errored(id, locked.error().message);
    return true;
  }
  if (!*locked) {
    return false;
  }
  if (const Status refreshed = workspace_.journal->refresh(); !refreshed) {
    end_errored(id, refreshed.error().message);
    return true;
  }
  const bool may_reuse = force_of(id) == Force::no && pending.attempt == 1 && !pending.stored &&
                         !workspace_.lowered[id.index()].deploys &&
                         options_.terminal == port::Terminal::captured;
  const bool known_now = std::holds_alternative<plan::Run>(pending.decided.decision) &&
                         workspace_.journal->find(pending.decided.key.fingerprint).has_value();
  // Another run may have done it since the decision, seen at the lock or not.
  if (may_reuse && (known_now || (pending.lost_lock && !pending.decided.restore.empty()))) {
    decide_again(id);
  }
  if (states_[id.index()] || settle_by_book(id)) {
    return true;
  }
  if (std::holds_alternative<plan::Reuse>(pending.decided.decision) && !pending.stored) {
    const Decided decided = std::move(pending.decided);
    restore_stage(id, decided);
    return true;
  }
  auto attempt = std::make_unique<Attempt>();
  attempt->id = id;
  attempt->number = pending.attempt;
  attempt->decided = pending.decided;
  attempt->locks = std::move(*pending.locks);
  attempt->aside = std::move(pending.aside);
  attempt->notes = std::move(pending.notes);
  attempt->resumed = pending.resumed;
  attempt->stored = pending.stored;
  attempt->tries = pending.tries;
  if (workspace_.lowered[id.index()].native != plan::Native::none) {
    attempt->evidence = evidence_for(id);
  }
  if (workspace_.lowered[id.index()].deploys && announces(id)) {
    announce();  // the commit belongs into the record of a deployment
  }
  pending.locks.reset();
  Status started = prepare(workspace_, host_, context_, *attempt, backlog_);
  if (started) {
    started = start(workspace_, host_, context_, *attempt);
  }
  if (!attempt->stored && announces(id)) {
    announce();
    run::StageStarted event{workspace_.label(id),     now(), attempt->number, {},
                            workspace_.stage(id).cmd, {}};
    event.command = attempt->log ? attempt->log->redactor().redact(event.command) : std::string();
    if (const auto* reasons = std::get_if<plan::Run>(&attempt->decided.decision)) {
      event.reasons = reasons->reasons;
    }
    event.log = attempt->log ? attempt->log->path().substr(workspace_.root.size() + 1) : "";
    events_->emit(event);
  }
  if (!started) {
    run::StageFinished finished = conclude_cancelled(workspace_, *attempt);
    const bool command_missing = started.error().code == Code::not_found;
    finished.state = command_missing ? StageState::failed : StageState::errored;
    finished.cause = started.error().message;
    executed_[id.index()] = true;
    end_stage(id, std::move(finished));
    return true;
  }
  executed_[id.index()] = !attempt->stored && announces(id);
  running_[attempt->process] = std::move(attempt);
  return true;
}

void Runner::restore_stage(StageId id, const Decided& decided) {
  run::StageFinished finished;
  finished.stage = workspace_.label(id);
  finished.state = StageState::restored;
  finished.fingerprint = decided.key.fingerprint.hex();
  Status done;
  for (const std::string& path : decided.edited) {
    if (done && stands(workspace_.root + "/" + path)) {
      const auto kept = keep_edited(workspace_.root, context_.run_id, path);
      done = kept ? Status{} : Status(tl::make_unexpected(kept.error()));
      if (kept) {
        finished.notes.push_back(fmt::format("{} had been edited; your version is kept at {}",
                                             printable(path), printable(*kept)));
      }
    }
  }
  for (const cache::OutRecord& record : decided.restore) {
    done = done ? workspace_.store->restore(record.path, record.content) : done;
    workspace_.index->forget(record.path);
  }
  announce();
  if (!done) {
    finished.state = StageState::errored;
    finished.cause = "its outputs could not be restored: " + done.error().message;
  } else {
    finished.summary = fmt::format("{} output{} restored", decided.restore.size(),
                                   decided.restore.size() == 1 ? "" : "s");
    if (decided.action) {
      good_.push_back({id, decided.key.fingerprint, decided.action->outs});
      const Status noted = make_newest(workspace_, finished.stage, *decided.action);
      finished.notes.insert(finished.notes.end(), noted ? 0U : 1U,
                            noted ? std::string() : noted.error().message);
      // No flush for that: nothing new is named, and what a power cut takes is found again.
    }
    accepted_[id] = decided.action && decided.action->origin == cache::Origin::accepted;
  }
  pending_.erase(id);
  end_stage(id, std::move(finished));
}

void Runner::on_output(const port::Output& output) {
  const auto at = running_.find(output.id);
  if (at == running_.end() || !at->second->log) {
    return;
  }
  Attempt& attempt = *at->second;
  const auto shown = attempt.log->add(output.bytes);
  if (!shown) {
    attempt.notes.push_back(shown.error().message);
    host_.executor->cancel(output.id);  // a log that cannot be written is trouble that must be seen
    return;
  }
  if (!shown->empty()) {
    events_->tell(run::StageOutput{workspace_.label(attempt.id), *shown});
  }
}

void Runner::on_exit(const port::Exit& exit) {
  const auto at = running_.find(exit.id);
  if (at == running_.end()) {
    return;
  }
  std::unique_ptr<Attempt> attempt = std::move(at->second);
  running_.erase(at);
  attempt->exits.push_back(exit);
  if (step_follows(workspace_, *attempt) && interrupts_ == 0) {
    attempt->phase = Phase::step;
    if (const Status started = start(workspace_, host_, context_, *attempt)) {
      running_[attempt->process] = std::move(attempt);
      return;
    }
  }
  end_attempt(std::move(attempt));
}

void Runner::end_attempt(std::unique_ptr<Attempt> attempt) {
  const StageId id = attempt->id;
  if (const auto rest = attempt->log->finish(); rest && !rest->empty()) {
    events_->tell(run::StageOutput{workspace_.label(id), *rest});
  }
  if (attempt->exits.back().cause == port::ExitCause::cancelled) {
    return end_stage(id, conclude_cancelled(workspace_, *attempt));
  }
  if (!attempt->stored && retry(*attempt)) {
    return;
  }
  run::StageFinished finished = attempt->stored ? conclude_verdict(workspace_, *attempt)
                                                : conclude(workspace_, host_, context_, *attempt);
  for (const port::Exit& exit : attempt->exits) {
    finished.wall += exit.wall;
  }
  if (!attempt->scratch.empty()) {
    (void)remove_all(attempt->scratch);
  }
  const plan::Lowered& lowered = workspace_.lowered[id.index()];
  if (run::lets_pass(finished.state) && finished.cached && !lowered.deploys && !workspace_.book) {
    appended_ = true;
    if (const auto action = workspace_.journal->find(attempt->decided.key.fingerprint)) {
      good_.push_back({id, attempt->decided.key.fingerprint, action->outs});
    }
  }
  if (lowered.baseline) {
    gates_.push_back({finished.stage, attempt->decided.key.candidate, finished.details,
                      std::string(run::name(finished.state))});
  }
  if (lowered.deploys && finished.state == StageState::passed) {
    const auto details = nlohmann::json::parse(finished.details, nullptr, false);
    if (details.is_object() && details.value("up_to_date", false)) {
      finished.state = StageState::reused;  // the target's state says so, never the cache
      executed_[id.index()] = false;
    } else if (options_.deploy == Deploy::plan) {
      finished.state = StageState::skipped;
      finished.cause = std::exchange(finished.summary, "");
    }
  }
  end_stage(id, std::move(finished));
}

bool Runner::retry(Attempt& attempt) {
  const spec::Stage& stage = workspace_.stage(attempt.id);
  const std::string failure = failure_of(workspace_, attempt);
  if (failure.empty() || interrupts_ > 0) {
    return false;
  }
  const auto verdict =
      run::decide_retry(stage.retry, run::failure_of(attempt.exits.front()), attempt.tries);
  const auto* again = std::get_if<run::RetryAfter>(&verdict);
  if (again == nullptr || !remove_outs(workspace_, stage)) {
    return false;
  }
  events_->emit(run::AttemptEnded{workspace_.label(attempt.id), attempt.number, failure,
                                  format_duration(again->delay)});
  Pending& pending = pending_[attempt.id];
  pending.decided = std::move(attempt.decided);
  pending.notes = std::move(attempt.notes);
  pending.aside = std::move(attempt.aside);
  pending.attempt = attempt.number + 1;
  pending.tries = attempt.tries;
  pending.resumed = attempt.resumed;
  pending.not_before = host_.clock->steady() + again->delay;
  scheduler_->requeue(attempt.id);
  return true;
}

void Runner::end_stage(StageId id, run::StageFinished finished) {
  finished.time = now();
  states_[id.index()] = finished.state;
  order_.push_back(id);
  // What is up to date says nothing; a deployment that waits for --deploy says what it would do.
  if (finished.state != StageState::reused || !finished.notes.empty()) {
    announce();
    events_->emit(finished);
  }
  pending_.erase(id);
  scheduler_->ended(id, finished.state);
}

void Runner::end_silently(StageId id, StageState state) {
  states_[id.index()] = state;
  order_.push_back(id);
  scheduler_->ended(id, state);
}

void Runner::end_errored(StageId id, std::string cause) {
  run::StageFinished finished;
  finished.stage = workspace_.label(id);
  finished.state = StageState::errored;
  finished.cause = std::move(cause);
  finished.cached = false;
  end_stage(id, std::move(finished));
}

void Runner::report_blocked() {
  for (const run::Scheduler::BlockedBy& blocked : scheduler_->take_blocked()) {
    run::StageFinished finished;
    finished.stage = workspace_.label(blocked.stage);
    finished.state = StageState::blocked;
    finished.cause = workspace_.label(blocked.by);
    finished.time = now();
    states_[blocked.stage.index()] = StageState::blocked;
    order_.push_back(blocked.stage);
    announce();
    events_->emit(finished);
  }
}

}  // namespace mlpipe::engine
