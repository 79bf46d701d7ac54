// The scheduler as one would explain it, without any data structure: the oracle of
// tests/run/scheduler_oracle_test.cpp.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "runner/run/scheduler.hpp"

namespace mlpipe {

struct NaiveStage {
  bool selected = true;
  double priority = 0;
  run::Need need;
  bool tolerated = false;
  run::StageState outcome = run::StageState::passed;
};

enum class NaivePhase : std::uint8_t { open, queued, running, overtaking, ended, blocked };

struct NaiveScheduler {
  const graph::Graph* graph;
  std::vector<NaiveStage> stages;
  run::Capacity capacity;
  std::vector<NaivePhase> phase;

  // Which stages ever start when independent stages go on: repeated until nothing changes.
  [[nodiscard]] std::vector<bool> starts() const {
    std::vector<bool> started(stages.size(), false);
    std::vector<bool> known(stages.size(), false);
    for (std::size_t round = 0; round <= stages.size(); ++round) {
      for (std::uint32_t i = 0; i < stages.size(); ++i) {
        bool ready = true;
        bool good = stages[i].selected;
        for (const StageId from : graph->upstream(StageId{i})) {
          const NaiveStage& one = stages[from.index()];
          if (!one.selected) {
            continue;
          }
          ready = ready && known[from.index()];
          const bool well = started[from.index()] && (run::lets_pass(one.outcome) || one.tolerated);
          good = good && (well || graph->edge(from, StageId{i}) == graph::EdgeKind::after);
        }
        if (ready) {
          known[i] = true;
          started[i] = good;
        }
      }
    }
    return started;
  }

  [[nodiscard]] run::Need clamped(std::size_t i) const {
    run::Need need = stages[i].need;
    need.cpus = std::min(need.cpus, capacity.cpus);
    need.gpus = std::min(need.gpus, capacity.gpus);
    need.memory = capacity.memory == 0 ? 0 : std::min(need.memory, capacity.memory);
    return need;
  }
  [[nodiscard]] bool fit(const std::vector<std::size_t>& together) const {
    double cpus = 0;
    std::uint64_t memory = 0;
    std::uint64_t gpus = 0;
    for (const std::size_t i : together) {
      const run::Need need = clamped(i);
      cpus += need.cpus;
      memory += need.memory;
      gpus += need.gpus;
    }
    return together.size() <= capacity.jobs && cpus <= capacity.cpus + 1e-6 &&
           (capacity.memory == 0 || memory <= capacity.memory) && gpus <= capacity.gpus;
  }
  [[nodiscard]] std::vector<std::size_t> in(std::initializer_list<NaivePhase> wanted) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < phase.size(); ++i) {
      if (std::find(wanted.begin(), wanted.end(), phase[i]) != wanted.end()) {
        found.push_back(i);
      }
    }
    return found;
  }
  struct Pick {
    std::size_t stage;
    bool overtakes;
  };
  // What should start now.
  [[nodiscard]] std::optional<Pick> pick(const std::vector<StageId>& refused) const {
    std::vector<std::size_t> queue = in({NaivePhase::queued});
    std::erase_if(queue, [&](std::size_t i) {
      return std::any_of(refused.begin(), refused.end(),
                         [&](StageId id) { return id.index() == i; });
    });
    std::stable_sort(queue.begin(), queue.end(), [&](std::size_t a, std::size_t b) {
      return stages[a].priority > stages[b].priority;
    });
    for (std::size_t k = 0; k < queue.size(); ++k) {
      auto all = in({NaivePhase::running, NaivePhase::overtaking});
      all.push_back(queue[k]);
      auto beside_first = in({NaivePhase::overtaking});
      beside_first.push_back(queue[0]);
      beside_first.push_back(queue[k]);
      if (fit(all) && (k == 0 || fit(beside_first))) {
        return Pick{queue[k], k > 0};
      }
    }
    return std::nullopt;
  }
};

}  // namespace mlpipe
