// The options that verbs on a repository share.
#include "runner/cli/command_line.hpp"

#include <CLI/CLI.hpp>

namespace mlpipe::cli {

void add_common(CLI::App& command, Common& common, Takes takes) {
  command
      .add_option(takes == Takes::follow ? "--file" : "-f,--file", common.files,
                  "pipeline file; may be given several times")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("-C,--directory", common.folder, "work as if started there")->type_name("DIR");
  command.add_option("--profile", common.profile, "use this profile of the pipeline")
      ->type_name("NAME");
  command.add_flag("--json", common.json, "facts as JSON on standard output");
  command.add_flag("--dvc-compat", common.dvc.compat,
                   "decide exactly as DVC does, without mlpipe's repairs (docs/dvc.md)");
  if (takes == Takes::targets) {
    command.add_option("stage", common.targets,
                       "stages, groups, globs, `pipeline:stage`, or the path of an output");
    command.add_option("--tag", common.tags, "stages with this tag")
        ->type_name("TAG")
        ->allow_extra_args(false);
    command.add_flag("--only", common.only, "the named stages alone, without what lies upstream");
    command.add_flag("--downstream", common.downstream,
                     "the named stages and everything below them");
  }
}

}  // namespace mlpipe::cli
