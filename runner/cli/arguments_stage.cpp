// The command lines of the verbs on one stage: logs, accept, shell.
#include <CLI/CLI.hpp>
#include <memory>

#include "runner/cli/arguments.hpp"
#include "runner/cli/verbs.hpp"

namespace mlpipe::cli {

void add_logs(CLI::App& command, Verb& verb) {
  const auto logs = std::make_shared<LogsArguments>();
  add_common(command, logs->common, Takes::follow);
  command.add_option("stage", logs->stage, "the stage")->required();
  command.add_option("--attempt", logs->attempt, "of this attempt (default: the last)");
  command.add_option("--run", logs->run_id, "of this run (default: the newest)")->type_name("ID");
  command.add_flag("-f,--follow", logs->follow, "go on while the run lives");
  command.callback([logs, &verb] { verb = [logs] { return cli::logs(*logs); }; });
}

void add_accept(CLI::App& command, Verb& verb) {
  const auto accept = std::make_shared<AcceptArguments>();
  add_common(command, accept->common, Takes::nothing);
  command.add_option("stage", accept->stage, "the stage")->required();
  command.add_option("--reason", accept->reason, "why, for the record")
      ->required()
      ->type_name("TEXT");
  command.callback([accept, &verb] { verb = [accept] { return cli::accept(*accept); }; });
}

void add_shell(CLI::App& command, Verb& verb) {
  const auto shell = std::make_shared<ShellArguments>();
  add_common(command, shell->common, Takes::nothing);
  command.add_option("stage", shell->stage, "the stage")->required();
  command.add_option("command", shell->command, "run this instead of a shell (after --)");
  command.callback([shell, &verb] { verb = [shell] { return cli::shell(*shell); }; });
}

}  // namespace mlpipe::cli
