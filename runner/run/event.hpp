// Events: everything a report can know of a run, in order. One JSON object a line in
// .mlpipe/runs/<id>/events.jsonl and on stdout under --json; schemas/events.schema.json. Any report
// can be replayed from the file alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/plan/decision.hpp"
#include "runner/plan/step.hpp"
#include "runner/run/state.hpp"

namespace mlpipe::run {

struct StageFacts {  // what run_started says of every selected stage
  std::string name;  // label
  std::string kind;
  std::string file;  // source position
  std::uint32_t line = 0;
  std::vector<std::string> owners;
  std::vector<std::string> upstream;  // labels
  std::string desc;
  bool selected = true;
};

struct RunStarted {
  std::string run_id;
  std::string time;  // RFC 3339 UTC with milliseconds
  std::string version;
  std::string commit;
  std::string branch;
  bool dirty = false;
  std::string profile;
  std::string cause = "manual";
  std::string actor;
  std::uint32_t jobs = 1;
  std::vector<std::string> pipelines;
  std::vector<StageFacts> stages;
};
struct StageWaiting {  // ready, but something it needs is held
  std::string stage;
  std::string what;    // "memory 4.0 GiB", "gpu", "lock", "a job slot"
  std::string behind;  // stages or "mlpipe run <id> (pid N)"
};
struct StageStarted {
  std::string stage;
  std::string time;
  std::uint32_t attempt = 1;
  std::vector<plan::Change> reasons;
  std::string command;  // as written, redacted
  std::string log;      // path of the attempt's log, which exists only once something was printed
};
struct StageOutput {  // for live reports only; never in the file (the log has it)
  std::string stage;
  std::string bytes;  // redacted
};
struct AttemptEnded {  // an attempt that will be retried
  std::string stage;
  std::uint32_t attempt = 1;
  std::string cause;  // "exit 1", "signal 9 (SIGKILL)", "timeout after 30 s", "out of memory"
  std::string retry_in;
};
struct MetricValue {
  std::string name;
  double value = 0;
  std::optional<double> before;  // of the stage's last good run
};
struct StageFinished {
  std::string stage;
  std::string time;
  StageState state = StageState::passed;
  std::uint32_t attempts = 1;
  std::chrono::milliseconds wall{0};
  std::chrono::milliseconds cpu{0};
  std::uint64_t max_rss = 0;
  std::string cause;    // failures: "exit 1" ...; skipped: the condition; blocked: by whom
  std::string summary;  // the step's one line
  std::vector<plan::Finding> findings;
  std::vector<MetricValue> metrics;
  std::string fingerprint;  // hex; empty where none was computed
  std::string log;          // path, empty where nothing was printed
  std::vector<std::string>
      tail;  // failures: the last lines of the log, carriage returns collapsed, redacted
  std::vector<std::string> notes;  // "build/x was edited; your version is kept at ..."
  bool resumed = false;
  bool cached = true;  // false: the result was not stored (an input changed during the run ...)
  std::string details = "{}";  // StepResult::details
};
struct RunFinished {
  std::string run_id;
  std::string time;
  std::string status;  // "passed" "warned" "failed" "errored" "interrupted" "refused"
  int exit_code = 0;
  std::string trouble;  // the runner's own: why the run could not be finished or recorded; empty
                        // where it could
  std::chrono::milliseconds wall{0};
  std::vector<std::string> ran, reused, restored, passed, warned, failed, errored, blocked, skipped,
      cancelled;
};

// The list of a run's end that holds the stages of this state.
[[nodiscard]] const std::vector<std::string>& list_of(const RunFinished& finished,
                                                      StageState state);
[[nodiscard]] std::vector<std::string>& list_of(RunFinished& finished, StageState state);

using Event = std::variant<RunStarted, StageWaiting, StageStarted, StageOutput, AttemptEnded,
                           StageFinished, RunFinished>;

// One line without the newline. StageOutput gives an empty string.
[[nodiscard]] std::string to_json(const Event& event);
[[nodiscard]] Result<Event> event_from_json(std::string_view line);

// Who listens to a run. Reports implement it.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void on(const Event& event) = 0;
  virtual void tick() {}  // about ten times a second while stages run, for live displays
};

}  // namespace mlpipe::run
