// The command lines of the verbs that keep house: init, doctor, gc, completion.
#include <CLI/CLI.hpp>
#include <memory>

#include "runner/cli/arguments.hpp"
#include "runner/cli/verbs.hpp"

namespace mlpipe::cli {

void add_init(CLI::App& command, Verb& verb) {
  const auto init = std::make_shared<InitArguments>();
  command.add_option("-C,--directory", init->folder, "the repository")->type_name("DIR");
  command.add_flag("--force", init->force, "overwrite an mlpipe.yaml that is there");
  command.add_flag("--print", init->print_only, "print it instead of writing it");
  command.callback([init, &verb] { verb = [init] { return cli::init(*init); }; });
}

void add_doctor(CLI::App& command, Verb& verb) {
  const auto common = std::make_shared<Common>();
  add_common(command, *common, Takes::nothing);
  command.callback([common, &verb] { verb = [common] { return cli::doctor(*common); }; });
}

void add_gc(CLI::App& command, Verb& verb) {
  const auto gc = std::make_shared<GcArguments>();
  add_common(command, gc->common, Takes::nothing);
  command.add_flag("-n,--dry-run", gc->dry_run, "say what would go");
  command.add_option("--keep", gc->keep_days, "keep results younger than this (default: 30d)")
      ->type_name("AGE");
  command.callback([gc, &verb] { verb = [gc] { return cli::gc(*gc); }; });
}

void add_completion(CLI::App& command, Verb& verb) {
  const auto shell = std::make_shared<std::string>();
  command.add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command.callback([shell, &verb] { verb = [shell] { return cli::completion(*shell); }; });
}

}  // namespace mlpipe::cli
