#include "runner/cli/deploy_targets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "runner/base/text.hpp"
#include "stages/deploy/manual.hpp"
#include "stages/deploy/settings.hpp"

namespace mlpipe::cli {
namespace {

namespace fs = std::filesystem;
namespace deploy = stages::deploy;

std::string folder_of(const engine::Workspace& workspace, const spec::Stage& stage) {
  const std::string path = deploy::target_path(stage.config);
  return path.rfind('/', 0) == 0 ? path : workspace.root + "/" + path;
}

std::string as_given(const Common& common, const std::string& target) {
  const fs::path path(target);
  return path.is_absolute() || common.folder.empty() ? target
                                                     : (fs::path(common.folder) / path).string();
}

}  // namespace

std::vector<StageId> deploy_stages(Session& session, const std::string& target) {
  const engine::Workspace& workspace = session.workspace();
  const std::string folder = deploy::Target(as_given(session.common(), target)).folder();
  std::vector<StageId> found;
  const auto& stages = workspace.project().stages;
  for (std::uint32_t i = 0; i < stages.size(); ++i) {
    const spec::Stage& stage = stages[i];
    const bool named = target.empty() || deploy::target_name(stage.config) == target ||
                       deploy::Target(folder_of(workspace, stage)).folder() == folder;
    if (stage.kind == "deploy" && named) {
      found.push_back(StageId{i});
    }
  }
  return found;
}

Result<std::string> target_folder(const Common& common, const std::string& target) {
  const std::string given = as_given(common, target);
  if (!target.empty() && deploy::check_target(deploy::Target(given))) {
    return given;
  }
  if (target.find('/') != std::string::npos) {
    TRY_OK(deploy::check_target(deploy::Target(given)));
  }
  Session session(common);
  if (session.open_pipelines()) {  // what is wrong was shown
    return fail(
        Code::usage,
        target.empty()
            ? "name the target, by its folder where no pipeline can be read"
            : fmt::format("{} is no folder of a target, and no pipeline can be read that names it",
                          printable(target)));
  }
  const engine::Workspace& workspace = session.workspace();
  std::vector<std::string> folders;
  std::vector<std::string> names;
  for (const StageId id : deploy_stages(session, target)) {
    folders.push_back(folder_of(workspace, workspace.stage(id)));
  }
  for (const StageId id : deploy_stages(session, "")) {
    names.push_back(deploy::target_name(workspace.stage(id).config));
  }
  std::sort(folders.begin(), folders.end());
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  if (folders.size() == 1) {
    return folders.front();
  }
  const std::string known =
      names.empty() ? "no stage deploys" : fmt::format("targets: {}", fmt::join(names, ", "));
  return folders.empty()
             ? fail(Code::usage, target.empty() ? "there is no target: no stage deploys"
                                                : fmt::format("there is no target {}; {}",
                                                              printable(target), known))
             : fail(Code::usage, fmt::format("which target? {} (or the folder of one)", known));
}

}  // namespace mlpipe::cli
