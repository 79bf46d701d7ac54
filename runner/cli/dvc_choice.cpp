#include "runner/cli/dvc_choice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runner/engine/dvc/targets.hpp"

namespace mlpipe::cli {

Result<DvcChoice> select_dvc(engine::dvc::DvcBook& book, const graph::Graph& graph,
                             const Common& common, const std::string& folder,
                             Untargeted untargeted) {
  using engine::dvc::NoTarget;
  using engine::dvc::Reach;
  if (!common.tags.empty()) {
    return fail(Code::usage,
                "--tag chooses among the stages of mlpipe.yaml; name the stages of dvc.yaml");
  }
  engine::dvc::Targets targets;
  targets.names = common.targets;
  targets.folder = folder;
  targets.reach = common.only                 ? Reach::only
                  : common.downstream         ? Reach::downstream
                  : common.dvc.whole_pipeline ? Reach::whole_pipeline
                                              : Reach::with_upstream;
  targets.without = common.dvc.compat ? NoTarget::here : NoTarget::here_or_all;
  targets.all_pipelines =
      common.dvc.all_pipelines || (untargeted == Untargeted::everything && common.targets.empty());
  engine::dvc::BookOptions options;
  options.run_cache = !common.dvc.no_run_cache;
  options.force_downstream = common.dvc.force_downstream;
  options.missing =
      common.dvc.allow_missing ? engine::dvc::Missing::allowed : engine::dvc::Missing::counts;
  options.pull = common.dvc.pull;
  book.set_options(options);
  const auto& repository = book.tracker().repository();
  DvcChoice choice;
  TRY(choice.named, engine::dvc::named_stages(repository, targets));
  TRY(choice.selected, engine::dvc::select_stages(repository, graph, targets));
  return choice;
}

Status refuse_dvc_flags(const Common& common) {
  const std::pair<bool, const char*> flags[] = {{common.dvc.whole_pipeline, "--pipeline"},
                                                {common.dvc.all_pipelines, "--all-pipelines"},
                                                {common.dvc.force_downstream, "--force-downstream"},
                                                {common.dvc.no_run_cache, "--no-run-cache"},
                                                {common.dvc.allow_missing, "--allow-missing"},
                                                {common.dvc.ignore_errors, "--ignore-errors"},
                                                {common.dvc.pull, "--pull"},
                                                {common.dvc.cloud, "--cloud"}};
  const auto* given =
      std::find_if(std::begin(flags), std::end(flags), [](const auto& flag) { return flag.first; });
  return given == std::end(flags)
             ? Status{}
             : Status(fail(Code::usage,
                           fmt::format("{} means something in a repository with dvc.yaml only",
                                       given->second)));
}

}  // namespace mlpipe::cli
