// Step: a stage lowered to what is executed and what counts. Typed configuration ends here; a step
// knows no git, cache or history.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/spec/load.hpp"
#include "runner/spec/pipeline.hpp"

namespace mlpipe::plan {

// What runs after the command (if any): nothing, or `mlpipe step KIND` with step.json, which
// answers result.json.
enum class Native : std::uint8_t { none, after_command };

// What becomes of the native step where the command failed (exit code, signal, timeout): a stage
// that reads a report of the command runs its step all the same, so that what failed is shown by
// name. The stage can never pass after a failed command: StepInput::command_exit tells the step,
// and the engine keeps the failure whatever the step answers.
enum class AfterFailure : std::uint8_t { skip_step, run_step };

// Whether the verdict of a reused result must be taken anew in each run (it reads the clock or the
// history).
enum class Verdict : std::uint8_t { stored, fresh };

// Where a regression gate's baseline comes from. Resolved by the engine before the fingerprint.
struct BaselineRef {
  enum class Source : std::uint8_t { git, path, last_passed_run, blessed, deployed };
  Source source = Source::path;
  std::string name;  // ref, path, "", branch, target
  std::vector<std::string>
      paths{};  // Source::path: the files whose mean counts; empty: the one of `name`
};

struct Lowered {
  std::uint32_t kind_version = 1;  // rises only when results could differ
  std::string config = "{}";  // canonical JSON: counted in the manifest, handed over in step.json
  Native native = Native::none;
  AfterFailure after_failure = AfterFailure::skip_step;
  Verdict verdict = Verdict::stored;
  std::optional<BaselineRef> baseline;
  std::vector<std::string> candidate;  // regression: paths (deps) of the candidate's metrics files
  bool always_run = false;  // the configuration asks for it (SQL with now(), random() ...)
  bool deploys = false;     // decided by the target's state, never by the cache; needs --deploy
};

// plan: say what would be done and change nothing (a deploy without --deploy).
enum class Mode : std::uint8_t { apply, plan };

// What the step process is told.
struct StepInput {
  std::string stage;  // label
  std::string kind;
  std::string root;     // absolute
  std::string scratch;  // absolute, empty, removed afterwards
  std::string run_id;
  std::string run_started;  // RFC 3339 UTC, the one clock of the run
  std::string run_date;
  std::string config = "{}";         // Lowered::config
  std::vector<std::string> metrics;  // the stage's metrics files (paths)
  std::vector<std::string> outs;     // all outs (paths)
  std::string params = "{}";         // canonical JSON map: declared parameters, dotted key -> value
  std::optional<std::string>
      baseline;                 // JSON: {"source":..., "id":..., "metrics":{...}}; absent: missing
  std::string baseline_note;    // why it is absent, for the message
  std::string evidence = "[]";  // JSON list: upstream gates {"stage","kind","state","fingerprint"}
  std::optional<std::string> previous;  // JSON: result of the stage's last good run
  std::optional<std::string>
      stored;            // JSON: result to take the verdict of anew, without opening the data
  int command_exit = 0;  // 128 + signal where a signal ended it, as shells write it
  Mode mode = Mode::apply;
  std::string actor;  // who runs this, for the record of a deploy
  std::string commit;
  std::uint32_t threads = 1;
  std::uint64_t memory = 0;  // bytes, 0: no limit
};

enum class Outcome : std::uint8_t { passed, warned, failed, errored, skipped };

// One thing a person should look at. Shown in the terminal, in reports, as an annotation.
struct Finding {
  enum class Level : std::uint8_t { note, warning, error };
  Level level = Level::error;
  std::string title;    // short: "not_null(temp_max)", "tests/test_split.py::test_years"
  std::string message;  // one or more lines
  std::string file;     // may be empty
  std::uint32_t line = 0;
};

struct StepResult {
  Outcome outcome = Outcome::passed;
  std::string summary;  // one line: "12 checks passed on 1,095 rows"
  std::vector<Finding> findings;
  std::string metrics = "{}";  // JSON map name -> number (nested maps flattened with dots)
  std::string details =
      "{}";  // JSON, kind-specific: checks, tests, gates, deployment; stored and reported
  std::string verdict_summary;  // set when this is only a fresh verdict of a stored result
};

// Versioned contracts, schemas/step.schema.json and schemas/result.schema.json. Text that is not
// UTF-8 (a folder's name) is written as {"hex": "..."}. Readers ignore keys they do not know; a
// missing key, a wrong type or another version is invalid, and the message names the key.
[[nodiscard]] std::string to_json(const StepInput& input);
[[nodiscard]] Result<StepInput> step_from_json(std::string_view text);
[[nodiscard]] std::string to_json(const StepResult& result);
[[nodiscard]] Result<StepResult> result_from_json(std::string_view text);

}  // namespace mlpipe::plan
