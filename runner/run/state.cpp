#include "runner/run/state.hpp"

#include <algorithm>
#include <array>

namespace mlpipe::run {
namespace {

constexpr std::array<StateRow, 9> states{{
    {StageState::passed, "ran and met every expectation", Dependants::run, "passed"},
    {StageState::warned, "ran; a check with severity warning did not hold", Dependants::run,
     "warned"},
    {StageState::failed, "ran and did not do what it should: exit code, test, check, gate",
     Dependants::blocked, "failed"},
    {StageState::errored,
     "could not be judged: not started, no evidence, a check that could not be evaluated",
     Dependants::blocked, "errored"},
    {StageState::skipped, "its `when` does not hold, or it deploys and the run was not asked to",
     Dependants::run, "passed"},
    {StageState::blocked, "something it depends on ended badly", Dependants::blocked, "failed"},
    {StageState::cancelled, "stopped, or never started, because the run was ended",
     Dependants::blocked, "interrupted"},
    {StageState::reused, "nothing it declares changed; its outputs are in place", Dependants::run,
     "passed"},
    {StageState::restored, "nothing it declares changed; its outputs came from the cache",
     Dependants::run, "passed"},
}};

constexpr std::array<std::string_view, 9> names{"passed",    "warned",  "failed",
                                                "errored",   "skipped", "blocked",
                                                "cancelled", "reused",  "restored"};

// The first row also holds for kinds that are not listed.
constexpr std::array<FailureRow, 4> failures{{
    {"command train unit_test feedback", 1, "failed", "a command or unit test failed"},
    {"regression", 4, "failed", "a regression gate failed"},
    {"data_check drift monitor", 3, "failed", "a data check, drift or monitor stage failed"},
    {"deploy", 5, "refused", "a deploy was refused or rolled back"},
}};

constexpr std::array<ExitRow, 8> exits{{
    {130, "interrupted", "interrupted"},
    {6, "errored", "the runner's own trouble, or a check that could not be evaluated"},
    {2, "", "the pipeline file or the command line is wrong; nothing ran"},
    {5, "refused", "a deploy was refused or rolled back"},
    {1, "failed", "a command or unit test failed"},
    {4, "failed", "a regression gate failed"},
    {3, "failed", "a data check, drift or monitor stage failed"},
    {0, "passed", "passed, warnings included"},
}};

bool lists(std::string_view kinds, std::string_view kind) {
  while (!kinds.empty()) {
    const std::size_t blank = std::min(kinds.find(' '), kinds.size());
    if (kinds.substr(0, blank) == kind) {
      return true;
    }
    kinds.remove_prefix(std::min(blank + 1, kinds.size()));
  }
  return false;
}

const FailureRow& failure_of(std::string_view kind) {
  const auto found = std::find_if(failures.begin(), failures.end(),
                                  [&](const FailureRow& row) { return lists(row.kinds, kind); });
  return found == failures.end() ? failures.front() : *found;
}

bool bad(StageState state) {
  return state == StageState::failed || state == StageState::errored;
}

int code_of(const StageEnd& stage) {
  if (stage.tolerated || !bad(stage.state)) {
    return 0;
  }
  return stage.state == StageState::errored ? 6 : failure_of(stage.kind).exit_code;
}

std::size_t precedence(int code) {
  const auto found = std::find_if(exits.begin(), exits.end(),
                                  [&](const ExitRow& row) { return row.exit_code == code; });
  return static_cast<std::size_t>(found - exits.begin());
}

}  // namespace

std::string_view name(StageState state) {
  return names[static_cast<std::size_t>(state)];
}

std::optional<StageState> state_from_name(std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? std::nullopt
                              : std::optional(static_cast<StageState>(found - names.begin()));
}

StageState from_outcome(plan::Outcome outcome) {
  switch (outcome) {
    case plan::Outcome::passed:
      return StageState::passed;
    case plan::Outcome::warned:
      return StageState::warned;
    case plan::Outcome::failed:
      return StageState::failed;
    case plan::Outcome::errored:
      return StageState::errored;
    case plan::Outcome::skipped:
      return StageState::skipped;
  }
  return StageState::errored;
}

bool lets_pass(StageState state) {
  return states[static_cast<std::size_t>(state)].dependants == Dependants::run;
}

std::span<const StateRow> state_table() {
  return states;
}
std::span<const FailureRow> failure_table() {
  return failures;
}
std::span<const ExitRow> exit_table() {
  return exits;
}

int exit_code(std::span<const StageEnd> stages, Ending ending) {
  int worst = ending == Ending::interrupted ? 130 : 0;
  for (const StageEnd& stage : stages) {
    const int code = code_of(stage);
    worst = precedence(code) < precedence(worst) ? code : worst;
  }
  return worst;
}

std::string_view run_status(std::span<const StageEnd> stages, Ending ending) {
  const int code = exit_code(stages, ending);
  const bool warned = std::any_of(stages.begin(), stages.end(), [](const StageEnd& stage) {
    return stage.state == StageState::warned || (stage.tolerated && bad(stage.state));
  });
  return code == 0 && warned ? "warned" : exits[precedence(code)].status;
}

}  // namespace mlpipe::run
