// The binary: arguments to verbs. CLI11 is used here and nowhere else.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <string_view>

#include "runner/cli/data_arguments.hpp"
#include "runner/cli/table_arguments.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/cli/version.hpp"

namespace mlpipe::cli {
namespace {

enum class Takes : std::uint8_t {
  nothing,
  targets,
  follow
};  // follow: -f is --follow, as in tail and docker logs

void add_common(CLI::App& app, Common& common, Takes takes) {
  app.add_option(takes == Takes::follow ? "--file" : "-f,--file", common.files,
                 "pipeline file; may be given several times")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("-C,--directory", common.folder, "work as if started there")->type_name("DIR");
  app.add_option("--profile", common.profile, "use this profile of the pipeline")
      ->type_name("NAME");
  app.add_flag("--json", common.json, "facts as JSON on standard output");
  app.add_flag("--dvc-compat", common.dvc.compat,
               "decide exactly as DVC does, without mlpipe's repairs (docs/dvc.md)");
  if (takes == Takes::targets) {
    app.add_option("stage", common.targets,
                   "stages, groups, globs, `pipeline:stage`, or the path of an output");
    app.add_option("--tag", common.tags, "stages with this tag")
        ->type_name("TAG")
        ->allow_extra_args(false);
    app.add_flag("--only", common.only, "the named stages alone, without what lies upstream");
    app.add_flag("--downstream", common.downstream, "the named stages and everything below them");
  }
}

void add_run(CLI::App& app, RunArguments& run, Verb& verb) {
  CLI::App* sub = app.add_subcommand("run", "run what is not up to date");
  add_common(*sub, run.common, Takes::targets);
  sub->add_option("-j,--jobs", run.jobs, "stages at a time (default: one per core)")
      ->check(CLI::PositiveNumber);
  sub->add_flag("--force", run.force, "run the named stages even where nothing changed");
  sub->add_flag("-k,--keep-going", run.keep_going,
                "after a failure run what does not depend on it (the default)");
  sub->add_flag("--fail-fast", run.fail_fast, "start nothing more after the first failure");
  sub->add_flag("-n,--dry-run", run.dry_run, "say what would run, and why");
  sub->add_flag("--deploy", run.deploy, "let deploy stages change their targets");
  sub->add_flag("--locked", run.locked, "fail where the lock file would change");
  sub->add_flag("-p,--pipeline", run.common.dvc.whole_pipeline,
                "DVC: everything connected with the named stages");
  sub->add_flag("-P,--all-pipelines", run.common.dvc.all_pipelines, "DVC: every dvc.yaml");
  sub->add_flag("--force-downstream", run.common.dvc.force_downstream,
                "DVC: below a stage that ran, run all");
  sub->add_flag("--no-run-cache", run.common.dvc.no_run_cache,
                "DVC: restore nothing from the run cache");
  sub->add_flag("--allow-missing", run.common.dvc.allow_missing,
                "DVC: data that is merely absent makes no stage stale");
  sub->add_flag("--pull", run.common.dvc.pull, "DVC: fetch what is missing from the remote first");
  sub->add_flag("--ignore-errors", run.common.dvc.ignore_errors,
                "DVC: go on after failures, and end with 0");
  sub->add_flag("--attach", run.attach, "give the terminal to the stage (with --only)");
  sub->add_option("--affected-by", run.affected_by,
                  "only what a change since this commit can reach")
      ->type_name("REF");
  sub->callback([&] { verb = [&] { return cli::run(run); }; });
}

void add_looking(CLI::App& app, RunArguments& run, Verb& verb, std::string& stage,
                 std::string& format) {
  CLI::App* plan = app.add_subcommand("plan", "say what a run would do, and why");
  add_common(*plan, run.common, Takes::targets);
  plan->add_flag("--force", run.force, "as for run");
  plan->callback([&] { verb = [&] { return cli::plan(run); }; });
  CLI::App* status = app.add_subcommand("status", "say which stages are up to date");
  add_common(*status, run.common, Takes::targets);
  status->add_flag("-c,--cloud", run.common.dvc.cloud,
                   "DVC: compare cache and remote (with --dvc-compat --json)");
  status->callback([&] { verb = [&] { return cli::status(run.common); }; });
  CLI::App* why = app.add_subcommand("why", "say exactly why a stage would run");
  add_common(*why, run.common, Takes::nothing);
  why->add_option("stage", stage, "the stage")->required();
  why->callback([&] { verb = [&] { return cli::why(run.common, stage); }; });
  CLI::App* validate = app.add_subcommand("validate", "check the pipeline files");
  add_common(*validate, run.common, Takes::targets);
  validate->callback([&] { verb = [&] { return cli::validate(run.common); }; });
  CLI::App* graph = app.add_subcommand("graph", "show the stages and what depends on what");
  add_common(*graph, run.common, Takes::targets);
  graph->add_option("--format", format, "text, mermaid or dot")
      ->check(CLI::IsMember({"text", "mermaid", "dot"}));
  graph->callback([&] {
    verb = [&] {
      const GraphFormat shown = run.common.json       ? GraphFormat::json
                                : format == "mermaid" ? GraphFormat::mermaid
                                : format == "dot"     ? GraphFormat::dot
                                                      : GraphFormat::text;
      return cli::graph(run.common, shown);
    };
  });
}

void add_stage_verbs(CLI::App& app, LogsArguments& logs, AcceptArguments& accept,
                     ShellArguments& shell, Verb& verb) {
  CLI::App* show_logs = app.add_subcommand("logs", "show what a stage printed");
  add_common(*show_logs, logs.common, Takes::follow);
  show_logs->add_option("stage", logs.stage, "the stage")->required();
  show_logs->add_option("--attempt", logs.attempt, "of this attempt (default: the last)");
  show_logs->add_option("--run", logs.run_id, "of this run (default: the newest)")->type_name("ID");
  show_logs->add_flag("-f,--follow", logs.follow, "go on while the run lives");
  show_logs->callback([&] { verb = [&] { return cli::logs(logs); }; });
  CLI::App* take =
      app.add_subcommand("accept", "take what stands on the disk as the result of a stage");
  add_common(*take, accept.common, Takes::nothing);
  take->add_option("stage", accept.stage, "the stage")->required();
  take->add_option("--reason", accept.reason, "why, for the record")->required()->type_name("TEXT");
  take->callback([&] { verb = [&] { return cli::accept(accept); }; });
  CLI::App* enter =
      app.add_subcommand("shell", "open a shell in the folder and environment of a stage");
  add_common(*enter, shell.common, Takes::nothing);
  enter->add_option("stage", shell.stage, "the stage")->required();
  enter->add_option("command", shell.command, "run this instead of a shell (after --)");
  enter->callback([&] { verb = [&] { return cli::shell(shell); }; });
}

void add_deploy(CLI::App& app, DeployArguments& deploy, Verb& verb) {
  CLI::App* sub = app.add_subcommand("deploy", "look at and change what is deployed");
  sub->require_subcommand(1);
  using Action = DeployArguments::Action;
  const auto add = [&](const char* name, const char* text, Action action) {
    CLI::App* child = sub->add_subcommand(name, text);
    add_common(*child, deploy.common, Takes::nothing);
    child->add_option("target", deploy.target, "name of the target, or its folder");
    child->callback([&deploy, &verb, action] {
      deploy.action = action;
      verb = [&deploy] { return cli::deploy(deploy); };
    });
    return child;
  };
  add("plan", "say what a deployment would change", Action::plan);
  add("apply", "run the pipeline up to the deployment and deploy", Action::apply);
  CLI::App* rollback =
      add("rollback", "go back to an earlier release; holds further deploys", Action::rollback);
  rollback->add_option("--to", deploy.to, "the release to go back to (default: the one before)")
      ->type_name("ID");
  rollback->add_option("--reason", deploy.reason, "why, for the record")->type_name("TEXT");
  add("history", "who deployed what, when, on which evidence", Action::history);
  CLI::App* resume = add("resume", "let deploys go on after a rollback", Action::resume);
  resume->add_option("--reason", deploy.reason, "why, for the record")->type_name("TEXT");
}

void add_data(CLI::App& app, DataArguments& data, Verb& verb) {
  CLI::App* sub =
      app.add_subcommand("data", "versioned data: files and folders by content, in DVC's format");
  sub->require_subcommand(1);
  using Action = DataArguments::Action;
  const auto add = [&](const char* name, const char* text, Action action, const char* targets) {
    CLI::App* child = sub->add_subcommand(name, text);
    child->add_option("-C,--directory", data.common.folder, "work as if started there")
        ->type_name("DIR");
    child->add_flag("--json", data.common.json, "facts as JSON on standard output");
    if (targets != nullptr) {
      child->add_option("target", data.targets, targets);
    }
    child->callback([&data, &verb, action] {
      data.action = action;
      verb = [&data] { return cli::data(data); };
    });
    return child;
  };
  constexpr const char* stages = "stages, .dvc files, or paths of data (default: all)";
  add("add", "track files and folders", Action::add, "files and folders")
      ->get_option("target")
      ->required();
  add("status", "say which tracked data is not as recorded", Action::status, stages);
  CLI::App* checkout = add("checkout", "put back what is recorded", Action::checkout, stages);
  checkout->add_flag("-f,--force", data.force, "overwrite content that no cache holds");
  checkout->add_flag("--allow-missing", data.allow_missing,
                     "objects that are nowhere here are no failure");
  add("remove", "stop tracking; the data stays", Action::remove, ".dvc files")
      ->get_option("target")
      ->required();
  CLI::App* commit =
      add("commit", "take what stands on the disk as recorded", Action::commit, stages);
  commit->add_flag("-f,--force", data.force, "as in DVC; nothing is asked anyway");
  add("unprotect", "turn links into copies that may be edited", Action::unprotect,
      "files and folders")
      ->get_option("target")
      ->required();
  CLI::App* gc = add("gc", "remove objects that nothing names", Action::gc, nullptr);
  gc->add_flag("-w,--workspace", data.workspace, "keep what the files of this checkout name");
  gc->add_flag("-f,--force", data.force, "remove; without it only say what would go");
  const auto moves = [&](const char* name, const char* text, Action action) {
    CLI::App* child = add(name, text, action, stages);
    child->add_option("-r,--remote", data.remote, "the remote of .dvc/config")->type_name("NAME");
    child->add_flag("--run-cache", data.run_cache, "the run cache as well");
    return child;
  };
  moves("push", "copy objects to a remote", Action::push);
  moves("fetch", "copy objects from a remote to the cache", Action::fetch);
  CLI::App* pull = moves("pull", "fetch and checkout", Action::pull);
  pull->add_flag("-f,--force", data.force, "overwrite content that no cache holds");
  pull->add_flag("--allow-missing", data.allow_missing, "objects that are nowhere are no failure");
}

void add_house(CLI::App& app, Common& common, GcArguments& gc, InitArguments& init,
               std::string& shell, Verb& verb) {
  CLI::App* begin =
      app.add_subcommand("init", "look at the repository and write a pipeline that runs");
  begin->add_option("-C,--directory", init.folder, "the repository")->type_name("DIR");
  begin->add_flag("--force", init.force, "overwrite an mlpipe.yaml that is there");
  begin->add_flag("--print", init.print_only, "print it instead of writing it");
  begin->callback([&] { verb = [&] { return cli::init(init); }; });
  CLI::App* doctor = app.add_subcommand("doctor", "check this machine and repository");
  add_common(*doctor, common, Takes::nothing);
  doctor->callback([&] { verb = [&] { return cli::doctor(common); }; });
  CLI::App* collect = app.add_subcommand("gc", "remove stored objects that nothing needs");
  add_common(*collect, gc.common, Takes::nothing);
  collect->add_flag("-n,--dry-run", gc.dry_run, "say what would go");
  collect->add_option("--keep", gc.keep_days, "keep results younger than this (default: 30d)")
      ->type_name("AGE");
  collect->callback([&] { verb = [&] { return cli::gc(gc); }; });
  CLI::App* complete = app.add_subcommand("completion", "print shell completion");
  complete->add_option("shell", shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  complete->callback([&] { verb = [&] { return cli::completion(shell); }; });
}

struct Arguments {
  RunArguments run;
  LogsArguments logs;
  AcceptArguments accept;
  ShellArguments shell;
  CheckArguments check;
  TableArguments table;
  DriftArguments drift;
  GateArguments gate;
  ProfileArguments profile;
  DeployArguments deploy;
  GcArguments gc;
  DataArguments data;
  InitArguments init;
  std::string stage, format, shell_name;
};

int parse_and_run(int argc, char** argv) {
  Arguments arguments;
  Verb verb;
  CLI::App app("mlpipe takes a machine-learning repository from commit to deployed model.",
               "mlpipe");
  app.set_version_flag("--version", std::string("mlpipe ") + version);
  app.require_subcommand(1);
  add_run(app, arguments.run, verb);
  add_looking(app, arguments.run, verb, arguments.stage, arguments.format);
  add_stage_verbs(app, arguments.logs, arguments.accept, arguments.shell, verb);
  add_check(app, arguments.check, verb);
  add_table(app, arguments.table, verb);
  add_drift(app, arguments.drift, verb);
  add_gate(app, arguments.gate, verb);
  add_profile(app, arguments.profile, verb);
  add_deploy(app, arguments.deploy, verb);
  add_data(app, arguments.data, verb);
  add_house(app, arguments.run.common, arguments.gc, arguments.init, arguments.shell_name, verb);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return verb();
}

}  // namespace
}  // namespace mlpipe::cli

int main(int argc, char** argv) {
  if (argc == 2 &&
      std::string_view(argv[1]) == "--version") {  // the fast path: nothing else is set up
    std::puts("mlpipe " MLPIPE_VERSION);
    return 0;
  }
  if (argc == 5 && std::string_view(argv[1]) == "step") {
    return mlpipe::cli::step(argv[2], argv[3], argv[4]);
  }
  return mlpipe::cli::parse_and_run(argc, argv);
}
