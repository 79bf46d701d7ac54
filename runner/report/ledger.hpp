// What a run's events have said so far: the book that displays read. Knows nothing of how it is
// shown.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "runner/run/event.hpp"

namespace mlpipe::report {

// "weather", "weather, serving", "weather and 5 more".
[[nodiscard]] std::string title_of(const std::vector<std::string>& pipelines);

class Ledger {
 public:
  struct Running {
    std::string stage;
    std::chrono::milliseconds since{0};
    std::uint32_t attempt = 1;
    std::vector<plan::Change> reasons;
  };
  struct Waiting {
    std::string stage;
    std::string what;
    std::string behind;
  };

  void note(const run::Event& event, std::chrono::milliseconds now);

  [[nodiscard]] const run::RunStarted& run() const { return run_; }
  [[nodiscard]] std::chrono::milliseconds begun() const { return begun_; }
  [[nodiscard]] std::size_t total() const { return total_; }  // selected stages
  [[nodiscard]] std::size_t done() const { return finished_.size(); }
  [[nodiscard]] std::size_t count(run::StageState state) const;
  [[nodiscard]] const std::vector<Running>& running() const { return running_; }  // longest first
  [[nodiscard]] const std::vector<Waiting>& waiting() const { return waiting_; }
  // Of reused stages only the name and the state are kept.
  [[nodiscard]] const std::vector<run::StageFinished>& finished() const { return finished_; }
  // nullptr for a stage that run_started did not name.
  [[nodiscard]] const run::StageFacts* facts(const std::string& stage) const;
  // Why the last attempt of the stage was started; empty where none was.
  [[nodiscard]] std::vector<plan::Change> reasons(const std::string& stage) const;
  [[nodiscard]] std::string title() const { return title_of(run_.pipelines); }

 private:
  void start(const run::StageStarted& event, std::chrono::milliseconds now);
  void wait(const run::StageWaiting& event);
  void finish(const run::StageFinished& event);
  void stop(const std::string& stage);

  run::RunStarted run_;
  std::map<std::string, std::size_t> facts_;
  std::chrono::milliseconds begun_{0};
  std::size_t total_ = 0;
  std::vector<Running> running_;
  std::vector<Waiting> waiting_;
  std::map<std::string, std::vector<plan::Change>> reasons_;
  std::vector<run::StageFinished> finished_;
  std::map<run::StageState, std::size_t> counts_;
};

}  // namespace mlpipe::report
