// Which stage may be decided, started or given up: a pure state machine. Knows no process, file or
// clock.
//
//   waiting --all upstream ended well--> undecided --queue()--> queued --take_startable()-->
//   running
//      |                                     |                  ^ |                            | |
//      +--an upstream ended badly--> ended   +--ended()         | +--ended()        requeue()--+
//      +--ended()
//                                                               +-------------------------------+
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "runner/base/ids.hpp"
#include "runner/graph/graph.hpp"
#include "runner/run/state.hpp"

namespace mlpipe::run {

// What the machine has for stages. A stage alone may always run, whatever it asks (within what the
// machine can ever give).
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
  // selected: stages of this run; others are taken as ended well. priority: larger first (critical
  // path); ties by id. tolerated[i]: a failure of stage i does not block its dependants
  // (allow_failure).
  Scheduler(const graph::Graph& graph, std::vector<bool> selected, std::vector<double> priority,
            std::vector<Need> needs, std::vector<bool> tolerated, Capacity capacity,
            OnFailure on_failure);

  // Stages whose upstream ended well, to be decided now; each is returned once. Highest priority
  // first.
  [[nodiscard]] std::vector<StageId> take_undecided();
  // Decided to run: waits for room.
  void queue(StageId id);
  // The next stage that fits into what is free, highest priority first; it counts as running from
  // now on. A large stage is not starved: while the first in the queue does not fit, nothing that
  // would delay it is started unless it fits beside it. `refused`: stages that could not be started
  // just now (a lock is held elsewhere).
  [[nodiscard]] std::optional<StageId> take_startable(std::span<const StageId> refused);
  // Back to the queue (a retry, or a lock held elsewhere); its room is free again.
  void requeue(StageId id);
  // Ended, from undecided, queued or running. Dependants become undecided or blocked. An edge of
  // kind `after` only orders: it never blocks.
  void ended(StageId id, StageState state);
  // Stages that became blocked since the last call, with the stage whose end blocks each, however
  // far upstream.
  struct BlockedBy {
    StageId stage;
    StageId by;
  };
  [[nodiscard]] std::vector<BlockedBy> take_blocked();
  // Starts nothing more; what is not running ends as cancelled. Returns those.
  [[nodiscard]] std::vector<StageId> cancel_rest();
  // Nothing runs and nothing more will. After a failure under stop_starting some stages may not
  // have ended: end them with cancel_rest() when this is true.
  [[nodiscard]] bool finished() const;
  [[nodiscard]] std::size_t running() const;
  [[nodiscard]] std::size_t queued() const;
  // Why the stage in the queue cannot start now: "a job slot", "memory 4.0 GiB", "2 GPUs", and who
  // holds it.
  struct Wait {
    std::string what;
    std::vector<StageId> behind;
  };
  [[nodiscard]] std::optional<Wait> waits_for(StageId id) const;

 private:
  enum class Phase : std::uint8_t { waiting, undecided, queued, running, ended };
  struct Node {
    Phase phase = Phase::waiting;
    StageState state = StageState::skipped;
    std::uint32_t open_upstream = 0;
    bool overtook = false;  // running, started while an earlier one in the queue did not fit
  };
  // What running stages hold, or one stage asks for (never more than the machine has).
  struct Load {
    double jobs = 0;
    double cpus = 0;
    double memory = 0;
    double gpus = 0;
    friend auto operator<=>(const Load&, const Load&) = default;
  };
  // Place in the order of starting.
  struct Rank {
    double priority;
    StageId id;
    friend bool operator<(const Rank& a, const Rank& b) {
      return a.priority != b.priority ? a.priority > b.priority : a.id < b.id;
    }
  };
  using Queue = std::set<Rank>;

  [[nodiscard]] Rank rank(StageId id) const { return Rank{priority_[id.index()], id}; }
  [[nodiscard]] Load load(StageId id) const;
  static void add(Load& sum, const Load& one, double sign);
  [[nodiscard]] bool fits(const Load& held, const Load& one) const;
  [[nodiscard]] std::optional<Rank> first(std::span<const StageId> refused) const;
  [[nodiscard]] std::optional<Rank> first_beside(const Load& head,
                                                 std::span<const StageId> refused) const;
  void start(StageId id, bool overtakes);
  void leave(StageId id);
  void close(StageId id, StageState state);
  void release_dependants(StageId id);
  void block_dependants(StageId id);
  void became_ready(StageId id);

  const graph::Graph* graph_;
  std::vector<Node> nodes_;
  std::vector<bool> selected_, tolerated_;
  std::vector<double> priority_;
  std::vector<Need> needs_;
  Capacity capacity_;
  Load total_, held_,
      overtaking_;  // of the machine; of all running; of those running that overtook
  OnFailure on_failure_;
  std::vector<StageId> fresh_;  // undecided and not yet returned
  Queue queue_;                 // every queued stage
  std::map<Load, Queue>
      by_load_;  // the same, by what they ask for: a search costs the number of different needs
  std::set<StageId> running_;
  std::vector<BlockedBy> blocked_;
  std::size_t open_ = 0;  // selected and not ended
  bool stopped_ = false;
};

}  // namespace mlpipe::run
