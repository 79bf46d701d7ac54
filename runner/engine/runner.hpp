// The state of one run. engine.cpp owns the loop, runner_stages.cpp what happens to one stage.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runner/engine/attempt.hpp"
#include "runner/engine/conclude.hpp"
#include "runner/engine/decide.hpp"
#include "runner/engine/engine.hpp"
#include "runner/engine/events.hpp"
#include "runner/engine/lock_update.hpp"
#include "runner/engine/when.hpp"

namespace mlpipe::engine {

class Runner {
 public:
  Runner(Workspace& workspace, const Host& host, const RunOptions& options,
         std::vector<run::Listener*> listeners);
  Result<run::RunFinished> run();

 private:
  // A stage between its decision and its end.
  struct Pending {
    Decided decided;
    std::optional<std::string> stored;  // only the verdict is to be taken anew
    std::optional<StageLocks> locks;    // kept over the pause before a retry
    Aside aside;
    std::vector<std::string> notes;
    std::uint32_t attempt = 1;
    run::Tries tries;
    bool resumed = false;
    bool announced_wait = false;
    bool lost_lock = false;  // another run held it meanwhile: decide again
    std::chrono::steady_clock::time_point not_before{};
  };

  // --- engine.cpp
  Status begin();
  Status loop();
  void poll();
  void interrupt();
  void end_unstarted();
  run::RunFinished finish(Status trouble);
  run::RunStarted describe_run();
  void announce();  // RunStarted, once something happens
  void write_records(run::RunFinished& finished);

  // --- runner_stages.cpp
  [[nodiscard]] bool stands_as_it_did(StageId id) const;
  void decide_stage(StageId id);
  void apply_decision(StageId id, Decided decided);
  bool start_stage(StageId id);  // false: a lock is held elsewhere
  Result<bool> take_locks(StageId id, Pending& pending);
  void decide_again(StageId id);
  bool settle_by_book(StageId id);  // in runner_evidence.cpp
  void restore_stage(StageId id, const Decided& decided);
  void on_output(const port::Output& output);
  void on_exit(const port::Exit& exit);
  void end_attempt(std::unique_ptr<Attempt> attempt);
  bool retry(Attempt& attempt);
  void end_stage(StageId id, run::StageFinished finished);
  void end_silently(StageId id, run::StageState state);
  void end_errored(StageId id, std::string cause);
  void report_blocked();
  void announce_wait(StageId id, Pending& pending, std::string what, std::string behind);

  // --- runner_evidence.cpp
  [[nodiscard]] std::string evidence_for(StageId id) const;
  [[nodiscard]] std::string metrics_of(const Digest& fingerprint) const;  // JSON map

  [[nodiscard]] Force force_of(StageId id) const {
    return options_.forced[id.index()] ? Force::yes : Force::no;
  }
  // A deploy that is only planned is no event: a run with nothing to do stays silent.
  [[nodiscard]] bool announces(StageId id) const {
    return !workspace_.lowered[id.index()].deploys || options_.deploy == Deploy::apply;
  }
  [[nodiscard]] std::string now() const;

  Workspace& workspace_;
  const Host& host_;
  const RunOptions& options_;
  std::vector<run::Listener*> listeners_;
  RunContext context_;
  Revision revision_;
  std::unique_ptr<Events> events_;
  std::optional<cache::Held> alive_;
  std::optional<run::Scheduler> scheduler_;
  std::unordered_map<StageId, Pending> pending_;
  std::map<port::ProcessId, std::unique_ptr<Attempt>> running_;
  std::vector<port::Polled> backlog_;
  std::vector<std::optional<run::StageState>> states_;  // by stage, once ended
  std::vector<StageId> order_;                          // ended, in order
  std::vector<bool> executed_;                          // by stage: something ran
  std::unordered_map<StageId, Digest> fingerprints_;
  std::unordered_map<StageId, std::string>
      candidates_;                              // of regression gates: identity of what they judge
  std::unordered_map<StageId, bool> accepted_;  // reused results that `accept` made
  std::vector<GoodResult> good_;
  std::vector<GateOutcome> gates_;
  std::chrono::steady_clock::time_point started_;
  unsigned interrupts_ = 0;
  bool announced_ = false;
  bool appended_ = false;
};

// Milliseconds and RFC 3339 in UTC.
[[nodiscard]] std::string rfc3339(std::chrono::system_clock::time_point time);

}  // namespace mlpipe::engine
