// Values that cross the Executor port, and the port. Everything mlpipe executes goes through it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::port {

struct ProcessId {
  std::uint64_t value = 0;
  friend auto operator<=>(const ProcessId&, const ProcessId&) = default;
};

enum class Terminal : std::uint8_t {
  captured,
  attached
};  // attached: the child has our terminal and its foreground group

struct Command {
  std::vector<std::string> argv;  // argv[0] is looked up on the child's PATH where it has no slash
  std::vector<std::pair<std::string, std::string>>
      env;                  // the whole environment, nothing is inherited
  std::string working_dir;  // absolute
  Terminal terminal = Terminal::captured;
  std::optional<std::chrono::milliseconds> timeout;  // then TERM to the group
  std::chrono::milliseconds grace{10'000};           // then KILL
};

enum class ExitCause : std::uint8_t { exited, signalled, timed_out, cancelled, out_of_memory };

struct Exit {
  ProcessId id;
  ExitCause cause = ExitCause::exited;
  int code = 0;    // with exited
  int signal = 0;  // with signalled and out_of_memory
  std::chrono::milliseconds wall{0};
  std::chrono::milliseconds user{0};
  std::chrono::milliseconds system{0};
  std::uint64_t max_rss = 0;  // bytes, of the largest process among the reaped ones
  bool output_cut =
      false;  // something outside the group kept the output open after the bounded drain
};

// What poll() brings, in order of happening.
struct Output {
  ProcessId id;
  std::string bytes;  // stdout and stderr merged
};
struct Polled {
  std::vector<Output> output;
  std::vector<Exit> exits;   // an exit comes after all output of its process
  bool interrupted = false;  // a SIGINT or SIGTERM arrived at the runner since the last poll
};

class Executor {
 public:
  virtual ~Executor() = default;
  // Starts a process in a group of its own. Errors say what and why: not_found (argv[0]),
  // permission, io.
  virtual Result<ProcessId> start(const Command& command) = 0;
  // TERM now, KILL after the command's grace; the exit's cause is cancelled. Unknown or ended ids
  // are ignored.
  virtual void cancel(ProcessId id) = 0;
  // KILL to the whole group now.
  virtual void kill(ProcessId id) = 0;
  // Waits until something happened or `patience` passed.
  virtual Result<Polled> poll(std::chrono::milliseconds patience) = 0;
};

}  // namespace mlpipe::port
