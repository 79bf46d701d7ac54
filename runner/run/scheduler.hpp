// Which stage may be decided, started or given up: a pure state machine. Knows no process, file or clock.
//
//   waiting --all upstream ended well--> undecided --start_queue()--> queued --started()--> running
//      |            |                          |                                     |
//      +--an upstream ended badly--> ended     +--ended()                            +--ended() or retry()
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runner/base/ids.hpp"
#include "runner/graph/graph.hpp"
#include "runner/run/state.hpp"

namespace mlpipe::run {

// What the machine has for stages. A stage alone may always run, whatever it asks (within what the machine can ever give).
struct Capacity {
  std::uint32_t jobs = 1;
  double cpus = 1;
  std::uint64_t memory = 0;  // bytes; 0: not limited
  std::uint32_t gpus = 0;
};
struct Need {
  double cpus = 1;
  std::uint64_t memory = 0;
  std::uint32_t gpus = 0;
};

enum class OnFailure : std::uint8_t { stop_starting, keep_going };

class Scheduler {
 public:
  // selected: stages of this run; others are taken as ended well. priority: larger first (critical path); ties by id.
  // tolerated[i]: a failure of stage i does not block its dependants (allow_failure).
  Scheduler(const graph::Graph& graph, std::vector<bool> selected, std::vector<double> priority,
            std::vector<Need> needs, std::vector<bool> tolerated, Capacity capacity, OnFailure on_failure);

  // Stages whose upstream ended well, to be decided now; each is returned once. Highest priority first.
  [[nodiscard]] std::vector<StageId> take_undecided();
  // Decided to run: waits for room.
  void queue(StageId id);
  // The next stage that fits into what is free, highest priority first; it counts as running from now on.
  // A large stage is not starved: while the first in the queue does not fit, nothing that would delay it is started
  // unless it fits beside it. `refused`: stages that could not be started just now (a lock is held elsewhere).
  [[nodiscard]] std::optional<StageId> take_startable(std::span<const StageId> refused);
  // Back to the queue (a retry, or a lock held elsewhere); its room is free again.
  void requeue(StageId id);
  // Ended, from undecided, queued or running. Dependants become undecided or blocked.
  void ended(StageId id, StageState state);
  // Stages that became blocked since the last call, with the stage that blocks each.
  struct BlockedBy {
    StageId stage;
    StageId by;
  };
  [[nodiscard]] std::vector<BlockedBy> take_blocked();
  // Starts nothing more; what is not running ends as cancelled.
  [[nodiscard]] std::vector<StageId> cancel_rest();
  [[nodiscard]] bool finished() const;
  [[nodiscard]] std::size_t running() const;
  [[nodiscard]] std::size_t queued() const;
  // Why the stage in the queue cannot start now: "a job slot", "memory 4.0 GiB", "2 GPUs", and who holds it.
  struct Wait {
    std::string what;
    std::vector<StageId> behind;
  };
  [[nodiscard]] std::optional<Wait> waits_for(StageId id) const;

 private:
  enum class Phase : std::uint8_t { waiting, undecided, queued, running, ended };
  // The implementing file documents the members.
  struct Node {
    Phase phase = Phase::waiting;
    StageState state = StageState::skipped;
    std::uint32_t open_upstream = 0;
  };
  const graph::Graph* graph_;
  std::vector<Node> nodes_;
  std::vector<bool> selected_, tolerated_;
  std::vector<double> priority_;
  std::vector<Need> needs_;
  Capacity capacity_;
  OnFailure on_failure_;
  std::vector<StageId> fresh_, queue_, running_;
  std::vector<BlockedBy> blocked_;
  std::size_t open_ = 0;
  bool stopped_ = false;
};

}  // namespace mlpipe::run
