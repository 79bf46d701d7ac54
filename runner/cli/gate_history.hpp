// Joins the engine's questions about earlier results to the rooms that can answer: records, version
// control, store, targets.
#pragma once

#include <string>

#include "runner/engine/host.hpp"
#include "runner/engine/workspace.hpp"

namespace mlpipe::cli {

// Sets host.baseline and host.record. Both references outlive the host's use.
void connect_gate_history(engine::Host& host, const engine::Workspace& workspace,
                          const std::string& root);

}  // namespace mlpipe::cli
