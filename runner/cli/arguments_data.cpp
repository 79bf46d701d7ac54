// The command lines of `mlpipe data`.
#include <CLI/CLI.hpp>
#include <memory>

#include "runner/cli/arguments.hpp"
#include "runner/cli/data_arguments.hpp"

namespace mlpipe::cli {

void add_data(CLI::App& command, Verb& verb) {
  const auto data = std::make_shared<DataArguments>();
  command.require_subcommand(1);
  using Action = DataArguments::Action;
  const auto add = [&](const char* name, const char* text, Action action, const char* targets) {
    CLI::App* child = command.add_subcommand(name, text);
    child->add_option("-C,--directory", data->common.folder, "work as if started there")
        ->type_name("DIR");
    child->add_flag("--json", data->common.json, "facts as JSON on standard output");
    if (targets != nullptr) {
      child->add_option("target", data->targets, targets);
    }
    child->callback([data, &verb, action] {
      data->action = action;
      verb = [data] { return cli::data(*data); };
    });
    return child;
  };
  constexpr const char* stages = "stages, .dvc files, or paths of data (default: all)";
  add("add", "track files and folders", Action::add, "files and folders")
      ->get_option("target")
      ->required();
  add("status", "say which tracked data is not as recorded", Action::status, stages);
  CLI::App* checkout = add("checkout", "put back what is recorded", Action::checkout, stages);
  checkout->add_flag("-f,--force", data->force, "overwrite content that no cache holds");
  checkout->add_flag("--allow-missing", data->allow_missing,
                     "objects that are nowhere here are no failure");
  add("remove", "stop tracking; the data stays", Action::remove, ".dvc files")
      ->get_option("target")
      ->required();
  CLI::App* commit =
      add("commit", "take what stands on the disk as recorded", Action::commit, stages);
  commit->add_flag("-f,--force", data->force, "as in DVC; nothing is asked anyway");
  add("unprotect", "turn links into copies that may be edited", Action::unprotect,
      "files and folders")
      ->get_option("target")
      ->required();
  CLI::App* gc = add("gc", "remove objects that nothing names", Action::gc, nullptr);
  gc->add_flag("-w,--workspace", data->workspace, "keep what the files of this checkout name");
  gc->add_flag("-f,--force", data->force, "remove; without it only say what would go");
  const auto moves = [&](const char* name, const char* text, Action action) {
    CLI::App* child = add(name, text, action, stages);
    child->add_option("-r,--remote", data->remote, "the remote of .dvc/config")->type_name("NAME");
    child->add_flag("--run-cache", data->run_cache, "the run cache as well");
    return child;
  };
  moves("push", "copy objects to a remote", Action::push);
  moves("fetch", "copy objects from a remote to the cache", Action::fetch);
  CLI::App* pull = moves("pull", "fetch and checkout", Action::pull);
  pull->add_flag("-f,--force", data->force, "overwrite content that no cache holds");
  pull->add_flag("--allow-missing", data->allow_missing, "objects that are nowhere are no failure");
}

}  // namespace mlpipe::cli
