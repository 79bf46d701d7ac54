#include <gtest/gtest.h>

#include <random>

#include "tests/graph/make_project.hpp"
#include "tests/oracle/naive_scheduler.hpp"

namespace mlpipe {
namespace {

using graph::Graph;
using run::Scheduler;
using run::StageState;

class World {
 public:
  explicit World(std::uint32_t seed) : random_(seed) {}

  void make() {
    const std::size_t count = 1 + pick(14);
    std::vector<Made> made;
    for (std::size_t i = 0; i < count; ++i) {
      Made one{std::to_string(i), {}, {"o" + std::to_string(i)}};
      for (std::size_t k = 0; k < i; ++k) {
        const std::size_t kind = pick(12);
        if (kind == 0) {
          one.deps.push_back("o" + std::to_string(k));
        } else if (kind == 1) {
          one.needs.push_back(std::to_string(k));
        }
      }
      made.push_back(one);
    }
    project_ = make_project(made);
    for (std::size_t i = 1; i < count; ++i) {
      if (pick(5) == 0) {
        spec::When when;
        when.stage.push_back({std::to_string(pick(i)), {"failed"}});
        project_.stages[i].when = when;
      }
    }
    spec::Diagnostics diagnostics;
    graph_ = Graph::build(project_, diagnostics);
    ASSERT_TRUE(diagnostics.empty());
    naive_ = NaiveScheduler{&graph_, std::vector<NaiveStage>(count), capacity(),
                            std::vector<NaivePhase>(count, NaivePhase::open)};
    for (NaiveStage& stage : naive_.stages) {
      stage.selected = pick(8) != 0;
      stage.priority = static_cast<double>(pick(4));
      stage.need = {static_cast<double>(pick(5)) / 2, pick(5), static_cast<std::uint32_t>(pick(3))};
      stage.tolerated = pick(6) == 0;
      stage.outcome = std::array{StageState::passed, StageState::passed,  StageState::reused,
                                 StageState::warned, StageState::skipped, StageState::restored,
                                 StageState::failed, StageState::errored}[pick(8)];
    }
  }

  void play() {
    Scheduler scheduler = make_scheduler();
    const std::vector<bool> expected = naive_.starts();
    std::vector<bool> seen(naive_.stages.size(), false);
    for (std::size_t step = 0; !scheduler.finished(); ++step) {
      ASSERT_LT(step, 2000U) << "it does not end";
      decide(scheduler, seen);
      start_all(scheduler);
      if (HasFailure()) {
        return;
      }
      move_one(scheduler);
      for (const auto& blocked : scheduler.take_blocked()) {
        ASSERT_EQ(phase(blocked.stage), NaivePhase::open);
        ASSERT_EQ(phase(blocked.by), NaivePhase::ended);
        ASSERT_FALSE(run::lets_pass(naive_.stages[blocked.by.index()].outcome));
        phase(blocked.stage) = NaivePhase::blocked;
      }
    }
    EXPECT_EQ(seen, expected);
    for (std::size_t i = 0; i < naive_.phase.size(); ++i) {
      const NaivePhase end = !naive_.stages[i].selected ? NaivePhase::open
                             : expected[i]              ? NaivePhase::ended
                                                        : NaivePhase::blocked;
      EXPECT_EQ(naive_.phase[i], end) << "stage " << i;
    }
    EXPECT_TRUE(scheduler.cancel_rest().empty());
  }

 private:
  static bool HasFailure() { return ::testing::Test::HasFailure(); }
  std::size_t pick(std::size_t below) { return random_() % below; }
  NaivePhase& phase(StageId id) { return naive_.phase[id.index()]; }

  run::Capacity capacity() {
    return {static_cast<std::uint32_t>(1 + pick(4)), static_cast<double>(1 + pick(4)), pick(5),
            static_cast<std::uint32_t>(pick(3))};
  }

  Scheduler make_scheduler() const {
    std::vector<bool> selected;
    std::vector<bool> tolerated;
    std::vector<double> priority;
    std::vector<run::Need> needs;
    for (const NaiveStage& stage : naive_.stages) {
      selected.push_back(stage.selected);
      tolerated.push_back(stage.tolerated);
      priority.push_back(stage.priority);
      needs.push_back(stage.need);
    }
    return {
        graph_, selected, priority, needs, tolerated, naive_.capacity, run::OnFailure::keep_going};
  }

  void decide(Scheduler& scheduler, std::vector<bool>& seen) {
    double last = 1e9;
    for (const StageId id : scheduler.take_undecided()) {
      ASSERT_FALSE(seen[id.index()]) << "decided twice";
      ASSERT_LE(naive_.stages[id.index()].priority, last);
      last = naive_.stages[id.index()].priority;
      for (const StageId from : graph_.upstream(id)) {
        const bool over = phase(from) == NaivePhase::ended || phase(from) == NaivePhase::blocked;
        ASSERT_TRUE(over || !naive_.stages[from.index()].selected)
            << "started before its upstream ended";
      }
      seen[id.index()] = true;
      if (naive_.stages[id.index()].outcome == StageState::reused) {
        scheduler.ended(id, StageState::reused);
        phase(id) = NaivePhase::ended;
      } else {
        scheduler.queue(id);
        phase(id) = NaivePhase::queued;
      }
    }
  }

  void start_all(Scheduler& scheduler) {
    for (;;) {
      std::vector<StageId> refused;
      for (std::uint32_t i = 0; i < naive_.stages.size(); ++i) {
        if (pick(6) == 0) {
          refused.push_back(StageId{i});
        }
      }
      const auto expected = naive_.pick(refused);
      const auto got = scheduler.take_startable(refused);
      ASSERT_EQ(got.has_value(), expected.has_value());
      if (!got) {
        break;
      }
      ASSERT_EQ(got->index(), expected->stage);
      phase(*got) = expected->overtakes ? NaivePhase::overtaking : NaivePhase::running;
    }
    ASSERT_TRUE(naive_.fit(naive_.in({NaivePhase::running, NaivePhase::overtaking})));
    ASSERT_EQ(scheduler.running(), naive_.in({NaivePhase::running, NaivePhase::overtaking}).size());
    ASSERT_EQ(scheduler.queued(), naive_.in({NaivePhase::queued}).size());
    for (const std::size_t i : naive_.in({NaivePhase::queued})) {
      const auto wait = scheduler.waits_for(StageId{static_cast<std::uint32_t>(i)});
      ASSERT_TRUE(!wait || (!wait->what.empty() && !wait->behind.empty()));
    }
  }

  void move_one(Scheduler& scheduler) {
    const auto running = naive_.in({NaivePhase::running, NaivePhase::overtaking});
    if (running.empty()) {
      return;
    }
    const StageId id{static_cast<std::uint32_t>(running[pick(running.size())])};
    if (pick(5) == 0) {
      scheduler.requeue(id);
      phase(id) = NaivePhase::queued;
    } else {
      scheduler.ended(id, naive_.stages[id.index()].outcome);
      phase(id) = NaivePhase::ended;
    }
  }

  std::mt19937 random_;
  spec::Project project_;
  Graph graph_;
  NaiveScheduler naive_{};
};

TEST(SchedulerOracle, AgreesOnThousandsOfRandomWorlds) {
  for (std::uint32_t seed = 0; seed < 5000 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    world.make();
    world.play();
  }
}

}  // namespace
}  // namespace mlpipe
