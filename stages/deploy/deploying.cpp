#include "stages/deploy/deploying.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "stages/deploy/repair.hpp"

namespace mlpipe::stages::deploy {
namespace {

using namespace std::chrono_literals;
using plan::Finding;
using plan::Outcome;
using plan::StepResult;

std::string absolute(const std::string& root, const std::string& path) {
  return path.rfind('/', 0) == 0 ? path : root + "/" + path;
}

// Told at once: the log is the only place where somebody waiting looks.
void say(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

std::string held_text(const Hold& hold, const std::string& folder) {
  return fmt::format("{} holds it since {}{}; `mlpipe deploy resume {}` lets deploys go on",
                     hold.actor.empty() ? "somebody" : printable(hold.actor),
                     hold.time.empty() ? "a time unknown" : printable(hold.time),
                     hold.reason.empty() ? "" : " (" + printable(hold.reason) + ")",
                     printable(folder));
}

std::string plural(std::size_t count, const char* word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

bool about_artifacts(Code code) {
  return code == Code::not_found || code == Code::invalid;
}

}  // namespace

Deploying::Deploying(const plan::StepInput& input, Settings settings, port::Executor* executor)
    : input_(input),
      settings_(std::move(settings)),
      executor_(executor),
      target_(absolute(input.root, settings_.path)) {}

Result<Descriptor> Deploying::lock() {
  const std::string holder = fmt::format("run {} (pid {})", input_.run_id, ::getpid());
  bool told = false;
  while (true) {
    auto held = target_.try_lock(holder);
    if (held || held.error().code != Code::busy) {
      return held;
    }
    if (!told) {
      say("waiting: " + held.error().message);
      told = true;
    }
    TRY(const port::Polled polled, executor_->poll(100ms));
    if (polled.interrupted) {
      return fail(Code::interrupted, "interrupted while waiting: " + held.error().message);
    }
  }
}

Status Deploying::survey() {
  TRY(evidence_, weigh(input_.evidence, settings_.allow_accepted, input_.stage));
  refusal_ = evidence_.refusal;
  const auto object = [&](const std::string& why) {
    refusal_ += (refusal_.empty() ? "" : "; ") + why;
  };
  auto artifacts = find_artifacts(input_.root, settings_.artifacts);
  auto entries = artifacts ? measure(*artifacts) : tl::make_unexpected(artifacts.error());
  if (!entries && !about_artifacts(entries.error().code)) {
    return tl::make_unexpected(entries.error());
  }
  if (!entries) {
    object(entries.error().message);
  } else {
    artifacts_ = std::move(*artifacts);
    entries_ = std::move(*entries);
    id_ = deployment_id(settings_.target, entries_, settings_.verify);
    for (const Artifact& artifact : artifacts_) {
      const Target above(artifact.source);
      if ((target_.folder() + "/").rfind(above.folder() + "/", 0) == 0) {
        object(fmt::format("the target lies within the artifact {}", printable(artifact.source)));
      }
    }
  }
  TRY(const std::optional<Hold> hold, target_.hold());
  held_ = hold ? held_text(*hold, target_.folder()) : std::string();
  return {};
}

bool Deploying::resumes() const {
  const Record* unfinished = history_.unfinished();
  return unfinished != nullptr && unfinished->action == Action::deploy && unfinished->id == id_ &&
         refusal_.empty() && held_.empty();
}

std::string Deploying::before() const {
  const Record* last = resumes()         ? history_.unfinished()
                       : current_ == id_ ? history_.deployment_of(id_)
                                         : nullptr;
  const std::string found = last != nullptr ? last->previous : current_ == id_ ? "" : current_;
  return found == id_ ? std::string() : found;
}

Result<bool> Deploying::up_to_date() const {
  if (id_.empty() || current_ != id_ || history_.damage || history_.unfinished() != nullptr ||
      !history_.verified(id_)) {
    return false;
  }
  const Status intact = target_.check_release(id_);
  if (!intact && intact.error().code != Code::corrupt && intact.error().code != Code::not_found) {
    return tl::make_unexpected(intact.error());
  }
  return intact.has_value();
}

Record Deploying::record(Ended outcome) const {
  Record record;
  record.outcome = outcome;
  record.time = now_text();
  record.actor = input_.actor;
  record.target = settings_.target;
  record.id = id_;
  record.previous = previous_;
  record.run_id = input_.run_id;
  record.commit = input_.commit;
  record.stage = input_.stage;
  record.artifacts = to_json(entries_);
  record.gates = evidence_.gates;
  record.candidate = evidence_.candidate;
  record.metrics = evidence_.metrics;
  return record;
}

StepResult Deploying::result(Outcome outcome, std::string_view ended, std::string summary) const {
  nlohmann::json details{{"deployment",
                          {{"target", settings_.target},
                           {"path", settings_.path},
                           {"id", id_},
                           {"previous", previous_},
                           {"current", target_.current().value_or("")},
                           {"outcome", ended}}},
                         {"up_to_date", ended == "up_to_date"}};
  if (ended == "refused") {
    details["refused"] = refusal_;
  }
  StepResult result;
  result.outcome = outcome;
  result.details = details.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  result.findings = findings_;
  if (outcome == Outcome::failed) {
    result.findings.push_back({Finding::Level::error, settings_.target, summary, "", 0});
  }
  result.summary = settings_.target + ": " + std::move(summary);
  return result;
}

Result<StepResult> Deploying::plan() {
  TRY(history_, read_history(target_.folder()));
  TRY(current_, target_.current());
  TRY_OK(survey());
  const std::string damage = history_.damage ? "its history is damaged, " + *history_.damage : "";
  TRY(const bool current, up_to_date());
  if (current && refusal_.empty()) {
    return result(Outcome::passed, "up_to_date",
                  fmt::format("{} is deployed and verified", short_id(id_)));
  }
  for (const std::string& against : {damage, refusal_, held_}) {
    if (!against.empty()) {
      return result(Outcome::passed, "plan", "a deployment would be refused: " + against);
    }
  }
  return result(
      Outcome::passed, "plan",
      fmt::format("would deploy {} ({}, {}) to {} in place of {}; --deploy does it", short_id(id_),
                  plural(artifacts_.size(), "artifact"), format_size(total_size(entries_)),
                  printable(settings_.path), short_id(before())));
}

Result<StepResult> Deploying::apply() {
  if (executor_ == nullptr) {
    return fail(Code::internal, "a deploy step without processes");
  }
  TRY(const Descriptor lock, lock());
  TRY(history_, read_history(target_.folder()));
  if (history_.damage) {
    refusal_ = fmt::format(
        "{} is damaged, {}; look at it, then `mlpipe deploy resume {} --reason ...` keeps it aside "
        "and begins a new one",
        printable(history_path(target_.folder())), *history_.damage, printable(target_.folder()));
    return result(Outcome::failed, "refused", "refused: " + refusal_);
  }
  if (!history_.torn.empty()) {
    findings_.push_back({Finding::Level::warning, "history",
                         "the last line of the target's history was cut off while it was written; "
                         "it is kept beside it",
                         "", 0});
  }
  TRY_OK(target_.clear_leftovers());
  TRY(current_, target_.current());
  TRY_OK(survey());
  TRY_OK(settle_unfinished());
  if (!current_.empty() && history_.deployment_of(current_) == nullptr) {
    findings_.push_back(
        {Finding::Level::warning, "history",
         fmt::format("{} was current, and the target's history does not say who put it there",
                     short_id(current_)),
         "", 0});
  }
  TRY(const bool current, up_to_date());
  if (current && refusal_.empty()) {
    return result(Outcome::passed, "up_to_date",
                  fmt::format("{} is deployed and verified", short_id(id_)));
  }
  refusal_ = refusal_.empty() ? held_ : refusal_;
  if (!refusal_.empty()) {
    return refuse();
  }
  previous_ = before();
  TRY_OK(put_in_place());
  const auto verified = verify(
      settings_, {input_.root, target_.folder(), target_.release_path(id_), id_}, *executor_);
  if (!verified) {
    Verified failed;
    failed.verdict = Verified::Verdict::failed;
    failed.how = verified.error().message;
    return conclude(failed);
  }
  return conclude(*verified);
}

Status Deploying::settle_unfinished() {
  if (resumes()) {
    say("an unfinished deployment of the same release is taken up again");
    return {};
  }
  TRY(const std::string done, settle(target_, history_, input_.actor));
  if (!done.empty()) {
    say(done);
    findings_.push_back({Finding::Level::warning, "unfinished", done, "", 0});
    TRY(current_, target_.current());
  }
  return {};
}

Result<StepResult> Deploying::refuse() {
  previous_ = current_;
  Record refused = record(Ended::refused);
  refused.reason = refusal_;
  TRY_OK(append(target_.folder(), history_, refused));
  return result(Outcome::failed, "refused", "refused: " + refusal_);
}

Status Deploying::put_in_place() {
  const Status intact = target_.check_release(id_);
  if (!intact) {
    if (intact.error().code != Code::not_found) {
      findings_.push_back({Finding::Level::warning, "release",
                           intact.error().message + "; it was built anew", "", 0});
    }
    TRY_OK(target_.build_release(id_, settings_.target, artifacts_, entries_));
  }
  TRY_OK(append(target_.folder(), history_, record(Ended::started)));
  return target_.switch_to(id_);
}

Result<StepResult> Deploying::conclude(const Verified& verified) {
  using Verdict = Verified::Verdict;
  if (verified.verdict == Verdict::passed || verified.verdict == Verdict::none_declared) {
    return succeed(verified);
  }
  if (settings_.on_failure == OnFailure::rollback) {
    return take_back(verified);
  }
  Record failed = record(Ended::verify_failed);
  failed.verify = verified.json;
  failed.reason = "verify: " + verified.how;
  TRY_OK(append(target_.folder(), history_, failed));
  return result(Outcome::failed, "verify_failed",
                fmt::format("verify failed ({}); {} stays in place, as `on_failure: keep` asks",
                            verified.how, short_id(id_)));
}

Result<StepResult> Deploying::succeed(const Verified& verified) {
  Record deployed = record(Ended::deployed);
  deployed.verify = verified.json;
  TRY_OK(append(target_.folder(), history_, deployed));
  const auto pruned = prune(target_, history_, previous_, settings_.keep);
  if (!pruned) {  // the deployment stands all the same
    findings_.push_back({Finding::Level::warning, "keep",
                         "old releases could not be removed: " + pruned.error().message, "", 0});
  }
  const bool tried = verified.verdict == Verified::Verdict::passed;
  return result(
      Outcome::passed, "deployed",
      fmt::format("deployed {} ({}, {}) in place of {}{}", short_id(id_),
                  plural(artifacts_.size(), "artifact"), format_size(total_size(entries_)),
                  short_id(previous_), tried ? ", verified" : "; no `verify` is declared"));
}

Result<StepResult> Deploying::take_back(const Verified& verified) {
  Record taken = record(Ended::rolled_back);
  taken.verify = verified.json;
  taken.reason = "verify: " + verified.how;
  const Status back = go_back(target_, previous_);
  if (!back) {
    taken.outcome = Ended::verify_failed;
    taken.reason += "; it could not be rolled back: " + back.error().message;
    TRY_OK(append(target_.folder(), history_, taken));
    return result(Outcome::failed, "verify_failed",
                  fmt::format("verify failed ({}), and {} is still in place: {}", verified.how,
                              short_id(id_), back.error().message));
  }
  TRY_OK(append(target_.folder(), history_, taken));
  return result(Outcome::failed, "rolled_back",
                previous_.empty()
                    ? fmt::format("verify failed ({}); {} was taken away, nothing was there before",
                                  verified.how, short_id(id_))
                    : fmt::format("verify failed ({}); rolled back to {}", verified.how,
                                  short_id(previous_)));
}

}  // namespace mlpipe::stages::deploy
