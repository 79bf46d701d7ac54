#include "runner/run/state.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace mlpipe {
namespace {

using run::Ending;
using run::StageEnd;
using run::StageState;

int code(const std::vector<StageEnd>& stages, Ending ending = Ending::complete) {
  return run::exit_code(stages, ending);
}

std::string status(const std::vector<StageEnd>& stages, Ending ending = Ending::complete) {
  return std::string(run::run_status(stages, ending));
}

std::vector<std::string> rows_of_the_page() {
  std::ifstream file(std::string(MLPIPE_SOURCE_DIR) + "/docs/states.md");
  std::vector<std::string> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] == '|') {
      rows.push_back(line);
    }
  }
  return rows;
}

TEST(StateTable, ThePageShowsWhatTheCodeDoes) {
  std::vector<std::string> expected{"| state | when | dependants | run status |",
                                    "|---|---|---|---|"};
  for (const auto& row : run::state_table()) {
    expected.push_back(fmt::format("| {} | {} | {} | {} |", run::name(row.state), row.when,
                                   row.dependants == run::Dependants::run ? "run" : "blocked",
                                   row.status));
  }
  expected.insert(expected.end(),
                  {"| kinds | exit code | run status | meaning |", "|---|---|---|---|"});
  for (const auto& row : run::failure_table()) {
    expected.push_back(
        fmt::format("| {} | {} | {} | {} |", row.kinds, row.exit_code, row.status, row.meaning));
  }
  expected.insert(expected.end(), {"| exit code | run status | meaning |", "|---|---|---|"});
  for (const auto& row : run::exit_table()) {
    expected.push_back(fmt::format("| {} | {} | {} |", row.exit_code, row.status, row.meaning));
  }
  EXPECT_EQ(rows_of_the_page(), expected);
}

TEST(StateTable, HasEveryStateInOrder) {
  ASSERT_EQ(run::state_table().size(), 9U);
  for (std::size_t i = 0; i < 9; ++i) {
    const auto state = static_cast<StageState>(i);
    EXPECT_EQ(run::state_table()[i].state, state);
    EXPECT_EQ(run::state_from_name(run::name(state)), state);
    EXPECT_EQ(run::lets_pass(state), run::state_table()[i].dependants == run::Dependants::run);
  }
  EXPECT_EQ(run::state_from_name("fine"), std::nullopt);
}

TEST(StateTable, AStageAloneGivesTheStatusOfItsRow) {
  for (const auto& row : run::state_table()) {
    if (row.state == StageState::blocked || row.state == StageState::cancelled) {
      continue;  // never alone: what blocked or ended them stands beside them
    }
    EXPECT_EQ(status({{"command", row.state}}), row.status) << run::name(row.state);
  }
}

TEST(ExitCode, ByKind) {
  EXPECT_EQ(code({}), 0);
  EXPECT_EQ(code({{"command", StageState::failed}}), 1);
  EXPECT_EQ(code({{"unit_test", StageState::failed}}), 1);
  EXPECT_EQ(code({{"train", StageState::failed}}), 1);
  EXPECT_EQ(code({{"regression", StageState::failed}}), 4);
  EXPECT_EQ(code({{"data_check", StageState::failed}}), 3);
  EXPECT_EQ(code({{"drift", StageState::failed}}), 3);
  EXPECT_EQ(code({{"monitor", StageState::failed}}), 3);
  EXPECT_EQ(code({{"deploy", StageState::failed}}), 5);
  EXPECT_EQ(code({{"unheard_of", StageState::failed}}), 1);
  EXPECT_EQ(code({{"dat", StageState::failed}}), 1);
  EXPECT_EQ(code({{"data_check", StageState::errored}}), 6);
  EXPECT_EQ(code({{"data_check", StageState::warned}, {"command", StageState::skipped}}), 0);
}

TEST(ExitCode, Precedence) {
  const StageEnd check{"data_check", StageState::failed};
  const StageEnd gate{"regression", StageState::failed};
  const StageEnd test{"unit_test", StageState::failed};
  const StageEnd release{"deploy", StageState::failed};
  const StageEnd error{"regression", StageState::errored};
  EXPECT_EQ(code({check, gate}), 4);
  EXPECT_EQ(code({check, gate, test}), 1);
  EXPECT_EQ(code({check, gate, test, release}), 5);
  EXPECT_EQ(code({check, gate, test, release, error}), 6);
  EXPECT_EQ(code({check, gate, test, release, error}, Ending::interrupted), 130);
  EXPECT_EQ(status({check, gate, test, release}), "refused");
  EXPECT_EQ(status({check, error}), "errored");
  EXPECT_EQ(status({}, Ending::interrupted), "interrupted");
}

TEST(ExitCode, BlockedAndCancelledAddNothing) {
  EXPECT_EQ(code({{"data_check", StageState::failed}, {"deploy", StageState::blocked}}), 3);
  EXPECT_EQ(code({{"data_check", StageState::failed}, {"command", StageState::cancelled}}), 3);
}

TEST(ExitCode, AToleratedFailureIsAWarning) {
  EXPECT_EQ(code({{"command", StageState::failed, true}}), 0);
  EXPECT_EQ(status({{"command", StageState::failed, true}}), "warned");
  EXPECT_EQ(status({{"command", StageState::errored, true}}), "warned");
}

TEST(StateTable, OutcomesKeepTheirNames) {
  EXPECT_EQ(run::from_outcome(plan::Outcome::passed), StageState::passed);
  EXPECT_EQ(run::from_outcome(plan::Outcome::warned), StageState::warned);
  EXPECT_EQ(run::from_outcome(plan::Outcome::failed), StageState::failed);
  EXPECT_EQ(run::from_outcome(plan::Outcome::errored), StageState::errored);
  EXPECT_EQ(run::from_outcome(plan::Outcome::skipped), StageState::skipped);
}

}  // namespace
}  // namespace mlpipe
