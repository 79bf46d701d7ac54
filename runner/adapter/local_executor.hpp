// Processes on this machine, started through Boost.Process, each in a group of its own. See
// docs/processes.md for the rules a child can rely on.
#pragma once

#include <memory>

#include "runner/base/error.hpp"
#include "runner/port/process.hpp"

namespace mlpipe::adapter {

// One per process: takes over SIGINT, SIGTERM and SIGCHLD, and becomes the reaper of escaped
// grandchildren.
Result<std::unique_ptr<port::Executor>> make_local_executor();

// Ends every process on this machine whose environment holds NAME=VALUE, except ourselves: TERM,
// then KILL after `grace`. Returns how many were ended.
Result<std::size_t> end_processes_with(const std::string& name, const std::string& value,
                                       std::chrono::milliseconds grace);

}  // namespace mlpipe::adapter
