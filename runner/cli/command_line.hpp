// The command line as a table: one row a verb, each with the function that gives it its options.
// Only the verb that is named gets them, so no verb pays for another's. Knows nothing of what verbs
// do.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "runner/cli/session.hpp"

namespace CLI {
class App;
}

namespace mlpipe::cli {

using Verb = std::function<int()>;  // what to do once the line is read; gives the exit code

struct Command {
  const char* name;
  const char* text;                            // one line, for --help
  void (*add)(CLI::App& command, Verb& verb);  // adds the options; parsing them sets `verb`
};

// Every verb, in the order of --help.
std::span<const Command> commands();

// What a verb on a repository takes beside the options that all have.
enum class Takes : std::uint8_t {
  nothing,
  targets,
  follow  // -f is --follow, as in tail and docker logs
};
void add_common(CLI::App& command, Common& common, Takes takes);

}  // namespace mlpipe::cli
