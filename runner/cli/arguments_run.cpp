// The command lines of the verbs that run and look at pipelines.
#include <CLI/CLI.hpp>
#include <memory>

#include "runner/cli/arguments.hpp"
#include "runner/cli/verbs.hpp"

namespace mlpipe::cli {

void add_run(CLI::App& command, Verb& verb) {
  const auto run = std::make_shared<RunArguments>();
  add_common(command, run->common, Takes::targets);
  command.add_option("-j,--jobs", run->jobs, "stages at a time (default: one per core)")
      ->check(CLI::PositiveNumber);
  command.add_flag("--force", run->force, "run the named stages even where nothing changed");
  command.add_flag("-k,--keep-going", run->keep_going,
                   "after a failure run what does not depend on it (the default)");
  command.add_flag("--fail-fast", run->fail_fast, "start nothing more after the first failure");
  command.add_flag("-n,--dry-run", run->dry_run, "say what would run, and why");
  command.add_flag("--deploy", run->deploy, "let deploy stages change their targets");
  command.add_flag("--locked", run->locked, "fail where the lock file would change");
  command.add_flag("-p,--pipeline", run->common.dvc.whole_pipeline,
                   "DVC: everything connected with the named stages");
  command.add_flag("-P,--all-pipelines", run->common.dvc.all_pipelines, "DVC: every dvc.yaml");
  command.add_flag("--force-downstream", run->common.dvc.force_downstream,
                   "DVC: below a stage that ran, run all");
  command.add_flag("--no-run-cache", run->common.dvc.no_run_cache,
                   "DVC: restore nothing from the run cache");
  command.add_flag("--allow-missing", run->common.dvc.allow_missing,
                   "DVC: data that is merely absent makes no stage stale");
  command.add_flag("--pull", run->common.dvc.pull,
                   "DVC: fetch what is missing from the remote first");
  command.add_flag("--ignore-errors", run->common.dvc.ignore_errors,
                   "DVC: go on after failures, and end with 0");
  command.add_flag("--attach", run->attach, "give the terminal to the stage (with --only)");
  command
      .add_option("--affected-by", run->affected_by,
                  "only what a change since this commit can reach")
      ->type_name("REF");
  command.callback([run, &verb] { verb = [run] { return cli::run(*run); }; });
}

void add_plan(CLI::App& command, Verb& verb) {
  const auto run = std::make_shared<RunArguments>();
  add_common(command, run->common, Takes::targets);
  command.add_flag("--force", run->force, "as for run");
  command.callback([run, &verb] { verb = [run] { return cli::plan(*run); }; });
}

void add_status(CLI::App& command, Verb& verb) {
  const auto common = std::make_shared<Common>();
  add_common(command, *common, Takes::targets);
  command.add_flag("-c,--cloud", common->dvc.cloud,
                   "DVC: compare cache and remote (with --dvc-compat --json)");
  command.callback([common, &verb] { verb = [common] { return cli::status(*common); }; });
}

void add_why(CLI::App& command, Verb& verb) {
  struct Arguments {
    Common common;
    std::string stage;
  };
  const auto why = std::make_shared<Arguments>();
  add_common(command, why->common, Takes::nothing);
  command.add_option("stage", why->stage, "the stage")->required();
  command.callback([why, &verb] { verb = [why] { return cli::why(why->common, why->stage); }; });
}

void add_validate(CLI::App& command, Verb& verb) {
  const auto common = std::make_shared<Common>();
  add_common(command, *common, Takes::targets);
  command.callback([common, &verb] { verb = [common] { return cli::validate(*common); }; });
}

void add_graph(CLI::App& command, Verb& verb) {
  struct Arguments {
    Common common;
    std::string format;
  };
  const auto graph = std::make_shared<Arguments>();
  add_common(command, graph->common, Takes::targets);
  command.add_option("--format", graph->format, "text, mermaid or dot")
      ->check(CLI::IsMember({"text", "mermaid", "dot"}));
  command.callback([graph, &verb] {
    verb = [graph] {
      const GraphFormat shown = graph->common.json           ? GraphFormat::json
                                : graph->format == "mermaid" ? GraphFormat::mermaid
                                : graph->format == "dot"     ? GraphFormat::dot
                                                             : GraphFormat::text;
      return cli::graph(graph->common, shown);
    };
  });
}

}  // namespace mlpipe::cli
