// `mlpipe deploy plan`: what a deployment would change, from what the cache and the target say.
// Runs nothing.
#pragma once

#include <string>

#include "runner/cli/session.hpp"

namespace mlpipe::cli {

// Exit code. An empty target: every deploy stage.
int deploy_preview(const Common& common, const std::string& target);

}  // namespace mlpipe::cli
