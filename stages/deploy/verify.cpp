#include "stages/deploy/verify.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "stages/deploy/disk.hpp"

extern char** environ;

namespace mlpipe::stages::deploy {
namespace {

using std::chrono::milliseconds;
using Verdict = Verified::Verdict;

std::vector<std::pair<std::string, std::string>> environment_of(const Trial& trial) {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos && equals > 0) {
      variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  for (const auto& [name, value] : {std::pair{"MLPIPE_RELEASE_DIR", trial.release},
                                    std::pair{"MLPIPE_TARGET_DIR", trial.target},
                                    std::pair{"MLPIPE_DEPLOYMENT_ID", trial.id}}) {
    const auto at = std::find_if(variables.begin(), variables.end(),
                                 [n = name](const auto& each) { return each.first == n; });
    if (at == variables.end()) {
      variables.emplace_back(name, value);
    } else {
      at->second = value;
    }
  }
  return variables;
}

std::string describe(const port::Exit& exit, milliseconds timeout) {
  switch (exit.cause) {
    case port::ExitCause::exited:
      return exit.code == 0 ? std::string() : fmt::format("exit {}", exit.code);
    case port::ExitCause::signalled:
      return fmt::format("signal {}", exit.signal);
    case port::ExitCause::timed_out:
      return "timeout after " + format_duration(timeout);
    case port::ExitCause::cancelled:
      return "interrupted";
    case port::ExitCause::out_of_memory:
      return "out of memory";
  }
  return "unknown";
}

// Until the process ended. An interruption ends it.
Result<port::Exit> wait_for(port::ProcessId id, port::Executor& executor, bool& interrupted) {
  while (true) {
    TRY(const port::Polled polled, executor.poll(milliseconds(200)));
    for (const port::Output& output : polled.output) {
      (void)write_all(STDOUT_FILENO, output.bytes, "standard output");
    }
    for (const port::Exit& exit : polled.exits) {
      if (exit.id == id) {
        return exit;
      }
    }
    if (polled.interrupted) {
      interrupted = true;
      executor.cancel(id);
    }
  }
}

}  // namespace

Result<Verified> verify(const Settings& settings, const Trial& trial, port::Executor& executor) {
  Verified verified;
  if (settings.verify.empty()) {
    return verified;
  }
  verified.verdict = Verdict::passed;
  milliseconds left = settings.verify_timeout;
  milliseconds spent{0};
  std::string last;
  for (const std::string& text : settings.verify) {
    last = text;
    port::Command command;
    command.argv = {settings.shell == spec::Shell::bash ? "bash" : "/bin/sh", "-c", text};
    command.env = environment_of(trial);
    command.working_dir =
        trial.root + (settings.working_dir == "." ? "" : "/" + settings.working_dir);
    command.timeout = std::max(left, milliseconds(1));
    command.grace = milliseconds(5000);
    const auto started = executor.start(command);
    bool interrupted = false;
    if (!started) {
      verified.how = started.error().message;
    } else {
      TRY(const port::Exit exit, wait_for(*started, executor, interrupted));
      verified.how = describe(exit, settings.verify_timeout);
      spent += exit.wall;
      left -= exit.wall;
    }
    if (interrupted || !verified.how.empty()) {
      verified.verdict = interrupted ? Verdict::interrupted : Verdict::failed;
      verified.how = interrupted ? "interrupted" : verified.how;
      break;
    }
  }
  verified.json = nlohmann::json{
      {"command", last},
      {"passed", verified.verdict == Verdict::passed},
      {"how", verified.how},
      {"wall_ms",
       spent.count()}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return verified;
}

}  // namespace mlpipe::stages::deploy
