// The states a stage can end in, and the one table that maps them to what dependants do, run status
// and exit code. docs/states.md shows the same table; a test compares the two. Knows nothing of how
// a stage came to its state.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runner/plan/step.hpp"

namespace mlpipe::run {

enum class StageState : std::uint8_t {
  passed,
  warned,
  failed,
  errored,
  skipped,
  blocked,
  cancelled,
  reused,
  restored
};

[[nodiscard]] std::string_view name(StageState state);
[[nodiscard]] std::optional<StageState> state_from_name(std::string_view name);
[[nodiscard]] StageState from_outcome(plan::Outcome outcome);
// Whether a dependant may run after this state.
[[nodiscard]] bool lets_pass(StageState state);

enum class Dependants : std::uint8_t { run, blocked };

struct StateRow {
  StageState state;
  std::string_view when;  // what brings a stage into it
  Dependants dependants;
  std::string_view status;  // of the run, where nothing worse happened
};
[[nodiscard]] std::span<const StateRow> state_table();

// Exit code of a run in which a stage of this kind failed; unknown kinds count as commands.
struct FailureRow {
  std::string_view kinds;  // blank-separated
  int exit_code;
  std::string_view status;
  std::string_view meaning;
};
[[nodiscard]] std::span<const FailureRow> failure_table();

// Exit codes, highest precedence first.
struct ExitRow {
  int exit_code;
  std::string_view status;
  std::string_view meaning;
};
[[nodiscard]] std::span<const ExitRow> exit_table();

// How one stage of a run ended.
struct StageEnd {
  std::string_view kind;
  StageState state = StageState::passed;
  bool tolerated = false;  // allow_failure: a failure counts as a warning
};
enum class Ending : std::uint8_t { complete, interrupted };

// 130, 6, 5, 1, 4, 3 or 0. (2 belongs to runs that never start.)
[[nodiscard]] int exit_code(std::span<const StageEnd> stages, Ending ending);
// "passed" "warned" "failed" "errored" "interrupted" "refused": agrees with exit_code.
[[nodiscard]] std::string_view run_status(std::span<const StageEnd> stages, Ending ending);

}  // namespace mlpipe::run
