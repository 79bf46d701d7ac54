#include "runner/report/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runner/report/line.hpp"

namespace mlpipe::report {

void Ledger::note(const run::Event& event, std::chrono::milliseconds now) {
  if (const auto* started = std::get_if<run::RunStarted>(&event)) {
    run_ = *started;
    begun_ = now;
    for (std::size_t i = 0; i < run_.stages.size(); ++i) {
      facts_.emplace(run_.stages[i].name, i);
      total_ += run_.stages[i].selected ? 1 : 0;
    }
  } else if (const auto* waiting = std::get_if<run::StageWaiting>(&event)) {
    wait(*waiting);
  } else if (const auto* stage = std::get_if<run::StageStarted>(&event)) {
    start(*stage, now);
  } else if (const auto* attempt = std::get_if<run::AttemptEnded>(&event)) {
    stop(attempt->stage);
  } else if (const auto* finished = std::get_if<run::StageFinished>(&event)) {
    finish(*finished);
  }
}

void Ledger::stop(const std::string& stage) {
  std::erase_if(running_, [&](const Running& one) { return one.stage == stage; });
  std::erase_if(waiting_, [&](const Waiting& one) { return one.stage == stage; });
}

void Ledger::start(const run::StageStarted& event, std::chrono::milliseconds now) {
  stop(event.stage);
  running_.push_back(Running{event.stage, now, event.attempt, event.reasons});
  if (event.attempt == 1 || !event.reasons.empty()) {
    reasons_[event.stage] = event.reasons;
  }
}

void Ledger::wait(const run::StageWaiting& event) {
  const auto same = std::find_if(waiting_.begin(), waiting_.end(),
                                 [&](const Waiting& one) { return one.stage == event.stage; });
  if (same != waiting_.end()) {
    *same = Waiting{event.stage, event.what, event.behind};
  } else {
    waiting_.push_back(Waiting{event.stage, event.what, event.behind});
  }
}

void Ledger::finish(const run::StageFinished& event) {
  stop(event.stage);
  ++counts_[event.state];
  if (event.state == run::StageState::reused) {
    run::StageFinished brief;
    brief.stage = event.stage;
    brief.state = event.state;
    finished_.push_back(std::move(brief));
  } else {
    finished_.push_back(event);
  }
}

std::size_t Ledger::count(run::StageState state) const {
  const auto found = counts_.find(state);
  return found == counts_.end() ? 0 : found->second;
}

const run::StageFacts* Ledger::facts(const std::string& stage) const {
  const auto found = facts_.find(stage);
  return found == facts_.end() ? nullptr : &run_.stages[found->second];
}

std::vector<plan::Change> Ledger::reasons(const std::string& stage) const {
  const auto found = reasons_.find(stage);
  return found == reasons_.end() ? std::vector<plan::Change>{} : found->second;
}

std::string title_of(const std::vector<std::string>& pipelines) {
  constexpr std::size_t most = 3;
  if (pipelines.empty()) {
    return "mlpipe";
  }
  if (pipelines.size() > most) {
    return fmt::format("{} and {} more", clean_text(pipelines[0]), pipelines.size() - 1);
  }
  return clean_text(fmt::format("{}", fmt::join(pipelines, ", ")));
}

}  // namespace mlpipe::report
