// From what a person calls a target to its folder: the folder's path, or the target's name where
// pipelines can be loaded.
#pragma once

#include <string>
#include <vector>

#include "runner/cli/session.hpp"

namespace mlpipe::cli {

// The deploy stages of the session's project whose target has this name, or lies in this folder;
// all of them where it is empty.
[[nodiscard]] std::vector<StageId> deploy_stages(Session& session, const std::string& target);

// `target` (relative to -C or the working folder) where a folder of a target stands there; no
// pipeline is read then. Else the folder of the target of that name; an empty name is the only
// target there is. usage: there is none, or several.
[[nodiscard]] Result<std::string> target_folder(const Common& common, const std::string& target);

}  // namespace mlpipe::cli
