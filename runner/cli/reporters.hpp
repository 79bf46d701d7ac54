// Which reports listen to a run on this terminal, pipe or CI system.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runner/cli/session.hpp"
#include "runner/run/event.hpp"

namespace mlpipe::cli {

[[nodiscard]] std::vector<std::unique_ptr<run::Listener>> make_reporters(const Common& common, const std::string& root);

}  // namespace mlpipe::cli
