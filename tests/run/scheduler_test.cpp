#include "runner/run/scheduler.hpp"

#include <gtest/gtest.h>

#include "tests/graph/make_project.hpp"

namespace mlpipe {
namespace {

using run::Capacity;
using run::Need;
using run::OnFailure;
using run::Scheduler;
using run::StageState;

constexpr StageId a{0}, b{1}, c{2}, d{3};

class SchedulerTest : public ::testing::Test {
 protected:
  Scheduler make(const std::vector<Made>& made, Capacity capacity, std::vector<Need> needs = {},
                 OnFailure on_failure = OnFailure::keep_going) {
    project_ = make_project(made);
    spec::Diagnostics diagnostics;
    graph_ = graph::Graph::build(project_, diagnostics);
    EXPECT_TRUE(diagnostics.empty());
    needs.resize(made.size());
    std::vector<double> priority(made.size(), 0);
    return {graph_,
            std::vector<bool>(made.size(), true),
            priority,
            needs,
            tolerated(made.size()),
            capacity,
            on_failure};
  }
  [[nodiscard]] std::vector<bool> tolerated(std::size_t count) const {
    std::vector<bool> flags(count, false);
    for (const StageId id : tolerated_) {
      flags[id.index()] = true;
    }
    return flags;
  }
  static void queue_all(Scheduler& scheduler) {
    for (const StageId id : scheduler.take_undecided()) {
      scheduler.queue(id);
    }
  }

  std::vector<StageId> tolerated_;
  spec::Project project_;
  graph::Graph graph_;
};

TEST_F(SchedulerTest, AFailureBlocksWhatDependsOnItAndNothingElse) {
  Scheduler scheduler =
      make({{"a", {}, {"x"}}, {"b", {"x"}, {"y"}}, {"c", {"y"}, {}}, {"d", {}, {}}}, {1, 1, 0, 0});
  EXPECT_EQ(scheduler.take_undecided(), (std::vector{a, d}));
  scheduler.queue(a);
  scheduler.queue(d);
  EXPECT_EQ(scheduler.take_startable({}), a);
  EXPECT_EQ(scheduler.take_startable({}), std::nullopt);
  scheduler.ended(a, StageState::failed);
  const auto blocked = scheduler.take_blocked();
  ASSERT_EQ(blocked.size(), 2U);
  EXPECT_EQ(blocked[0].stage, b);
  EXPECT_EQ(blocked[1].stage, c);
  EXPECT_EQ(blocked[1].by, a);
  EXPECT_TRUE(scheduler.take_blocked().empty());
  EXPECT_FALSE(scheduler.finished());
  EXPECT_EQ(scheduler.take_startable({}), d);
  scheduler.ended(d, StageState::passed);
  EXPECT_TRUE(scheduler.finished());
}

TEST_F(SchedulerTest, StopStartingLetsWhatRunsEnd) {
  Scheduler scheduler = make({{"a", {}, {}}, {"b", {}, {}}, {"c", {}, {}}, {"d", {}, {}, {"b"}}},
                             {2, 2, 0, 0}, {}, OnFailure::stop_starting);
  queue_all(scheduler);
  EXPECT_EQ(scheduler.take_startable({}), a);
  EXPECT_EQ(scheduler.take_startable({}), b);
  scheduler.ended(a, StageState::failed);
  EXPECT_EQ(scheduler.take_startable({}), std::nullopt);
  EXPECT_FALSE(scheduler.finished());
  scheduler.ended(b, StageState::passed);
  EXPECT_TRUE(scheduler.take_undecided().empty());
  EXPECT_TRUE(scheduler.finished());
  EXPECT_EQ(scheduler.cancel_rest(), (std::vector{c, d}));
  EXPECT_TRUE(scheduler.finished());
}

TEST_F(SchedulerTest, AToleratedFailureLetsDependantsRun) {
  tolerated_ = {a};
  Scheduler scheduler =
      make({{"a", {}, {}}, {"b", {}, {}, {"a"}}}, {1, 1, 0, 0}, {}, OnFailure::stop_starting);
  queue_all(scheduler);
  EXPECT_EQ(scheduler.take_startable({}), a);
  scheduler.ended(a, StageState::failed);
  EXPECT_EQ(scheduler.take_undecided(), std::vector{b});
}

TEST_F(SchedulerTest, EveryStateDoesWhatItsTableSays) {
  for (const auto state :
       {StageState::passed, StageState::warned, StageState::failed, StageState::errored,
        StageState::skipped, StageState::cancelled, StageState::reused, StageState::restored}) {
    Scheduler scheduler = make({{"a", {}, {}}, {"b", {}, {}, {"a"}}}, {1, 1, 0, 0});
    static_cast<void>(scheduler.take_undecided());
    scheduler.ended(a, state);
    EXPECT_EQ(scheduler.take_undecided().size(), run::lets_pass(state) ? 1U : 0U)
        << run::name(state);
    EXPECT_EQ(scheduler.take_blocked().size(), run::lets_pass(state) ? 0U : 1U) << run::name(state);
  }
}

TEST_F(SchedulerTest, WhatLooksAtAFailureIsNotBlockedByIt) {
  project_ = make_project({{"a", {}, {}}, {"b", {}, {}}});
  spec::When when;
  when.stage.push_back({"a", {"failed"}});
  project_.stages[1].when = when;
  spec::Diagnostics diagnostics;
  graph_ = graph::Graph::build(project_, diagnostics);
  Scheduler scheduler(graph_, {true, true}, {0, 0}, {{}, {}}, {false, false}, {1, 1, 0, 0},
                      OnFailure::keep_going);
  EXPECT_EQ(scheduler.take_undecided(), std::vector{a});
  scheduler.ended(a, StageState::failed);
  EXPECT_TRUE(scheduler.take_blocked().empty());
  EXPECT_EQ(scheduler.take_undecided(), std::vector{b});
}

TEST_F(SchedulerTest, AStageAloneMayAskForMoreThanThereIs) {
  Scheduler scheduler =
      make({{"a", {}, {}}, {"b", {}, {}}}, {4, 2, 1024, 0}, {{8, 4096, 0}, {1, 1, 0}});
  queue_all(scheduler);
  EXPECT_EQ(scheduler.take_startable({}), a);
  EXPECT_EQ(scheduler.take_startable({}), std::nullopt);
  scheduler.ended(a, StageState::passed);
  EXPECT_EQ(scheduler.take_startable({}), b);
}

TEST_F(SchedulerTest, ALargeStageIsNotStarved) {
  // b needs all four CPUs; small ones arrive for ever. With a running, c would delay b, so nothing
  // starts until b did.
  Scheduler scheduler = make({{"a", {}, {}}, {"b", {}, {}}, {"c", {}, {}}, {"d", {}, {}}},
                             {4, 4, 0, 0}, {{1, 0, 0}, {4, 0, 0}, {1, 0, 0}, {1, 0, 0}});
  queue_all(scheduler);
  EXPECT_EQ(scheduler.take_startable({}), a);
  EXPECT_EQ(scheduler.take_startable({}), std::nullopt);
  scheduler.ended(a, StageState::passed);
  EXPECT_EQ(scheduler.take_startable({}), b);
}

TEST_F(SchedulerTest, WhatFitsBesideTheFirstMayOvertakeIt) {
  Scheduler scheduler = make({{"a", {}, {}}, {"b", {}, {}}, {"c", {}, {}}, {"d", {}, {}}},
                             {4, 4, 0, 0}, {{2, 0, 0}, {3, 0, 0}, {1, 0, 0}, {1, 0, 0}});
  queue_all(scheduler);
  EXPECT_EQ(scheduler.take_startable({}), a);
  EXPECT_EQ(scheduler.take_startable({}), c);
  EXPECT_EQ(scheduler.take_startable({}), std::nullopt) << "c and d together would keep b out";
  scheduler.ended(a, StageState::passed);
  EXPECT_EQ(scheduler.take_startable({}), b);
}

TEST_F(SchedulerTest, RefusedAndRequeuedStages) {
  Scheduler scheduler = make({{"a", {}, {}}, {"b", {}, {}}}, {1, 1, 0, 0});
  queue_all(scheduler);
  EXPECT_EQ(scheduler.take_startable(std::vector{a}), b);
  scheduler.requeue(b);
  EXPECT_EQ(scheduler.running(), 0U);
  EXPECT_EQ(scheduler.take_startable({}), a);
}

TEST_F(SchedulerTest, SaysForWhatAStageWaits) {
  Scheduler scheduler =
      make({{"a", {}, {}}, {"b", {}, {}}, {"c", {}, {}}, {"d", {}, {}}}, {3, 8, 8ULL << 30U, 1},
           {{1, 6ULL << 30U, 1}, {1, 4ULL << 30U, 0}, {1, 0, 1}, {1, 0, 0}});
  queue_all(scheduler);
  EXPECT_EQ(scheduler.take_startable({}), a);
  EXPECT_EQ(scheduler.waits_for(a), std::nullopt);
  EXPECT_EQ(scheduler.waits_for(b)->what, "memory 4.0 GiB");
  EXPECT_EQ(scheduler.waits_for(b)->behind, std::vector{a});
  EXPECT_EQ(scheduler.waits_for(c)->what, "a GPU");
  EXPECT_EQ(scheduler.take_startable({}), d);
}

TEST_F(SchedulerTest, CancelledRestAndRunningOnes) {
  Scheduler scheduler = make({{"a", {}, {}}, {"b", {}, {}, {"a"}}, {"c", {}, {}}}, {1, 1, 0, 0});
  queue_all(scheduler);
  EXPECT_EQ(scheduler.take_startable({}), a);
  EXPECT_EQ(scheduler.cancel_rest(), (std::vector{b, c}));
  EXPECT_FALSE(scheduler.finished());
  scheduler.ended(a, StageState::cancelled);
  EXPECT_TRUE(scheduler.finished());
  EXPECT_TRUE(scheduler.take_blocked().empty());
}

TEST_F(SchedulerTest, AHundredThousandStagesInALineAndSideBySide) {
  std::vector<Made> made;
  constexpr int count = 100'000;
  for (int i = 0; i < count; ++i) {
    made.push_back({std::to_string(i), {}, {}});
    if (i % 2 == 1) {
      made.back().needs.push_back(std::to_string(i - 1));
    }
  }
  std::vector<Need> needs;
  for (std::size_t i = 0; i < made.size(); ++i) {
    needs.push_back({static_cast<double>(i % 3), i % 5, 0});
  }
  Scheduler scheduler = make(made, {2, 2, 4, 0}, needs);
  std::size_t ended = 0;
  std::vector<StageId> running;
  while (!scheduler.finished()) {
    queue_all(scheduler);
    while (const auto id = scheduler.take_startable({})) {
      running.push_back(*id);
    }
    ASSERT_FALSE(running.empty());
    scheduler.ended(running.back(), StageState::passed);
    running.pop_back();
    ++ended;
  }
  EXPECT_EQ(ended, made.size());
}

}  // namespace
}  // namespace mlpipe
