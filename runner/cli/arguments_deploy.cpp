// The command lines of `mlpipe deploy`.
#include <CLI/CLI.hpp>
#include <memory>

#include "runner/cli/arguments.hpp"
#include "runner/cli/verbs.hpp"

namespace mlpipe::cli {

void add_deploy(CLI::App& command, Verb& verb) {
  const auto deploy = std::make_shared<DeployArguments>();
  command.require_subcommand(1);
  using Action = DeployArguments::Action;
  const auto add = [&](const char* name, const char* text, Action action) {
    CLI::App* child = command.add_subcommand(name, text);
    add_common(*child, deploy->common, Takes::nothing);
    child->add_option("target", deploy->target, "name of the target, or its folder");
    child->callback([deploy, &verb, action] {
      deploy->action = action;
      verb = [deploy] { return cli::deploy(*deploy); };
    });
    return child;
  };
  add("plan", "say what a deployment would change", Action::plan);
  add("apply", "run the pipeline up to the deployment and deploy", Action::apply);
  CLI::App* rollback =
      add("rollback", "go back to an earlier release; holds further deploys", Action::rollback);
  rollback->add_option("--to", deploy->to, "the release to go back to (default: the one before)")
      ->type_name("ID");
  rollback->add_option("--reason", deploy->reason, "why, for the record")->type_name("TEXT");
  add("history", "who deployed what, when, on which evidence", Action::history);
  CLI::App* resume = add("resume", "let deploys go on after a rollback", Action::resume);
  resume->add_option("--reason", deploy->reason, "why, for the record")->type_name("TEXT");
}

}  // namespace mlpipe::cli
