// Secrets of a stage: looked up when an attempt starts, put into its environment, masked in
// everything it prints. Their values stand in no key, log, event or error.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/host.hpp"
#include "runner/spec/diagnostic.hpp"
#include "runner/spec/pipeline.hpp"

namespace mlpipe::engine {

// Secrets that cannot be had become diagnostics. Nothing is executed: for `command` sources only
// the program is looked up.
void check_secrets(const spec::Stage& stage, const std::string& root, const Variables& caller,
                   spec::Diagnostics& diagnostics);

// Name and value of each secret that is there. `command` sources are executed, with a time limit of
// a minute; what other processes do meanwhile is put into `backlog`.
[[nodiscard]] Result<Variables> read_secrets(const spec::Stage& stage, const std::string& root,
                                             const Variables& caller, port::Executor& executor,
                                             std::vector<port::Polled>& backlog);

}  // namespace mlpipe::engine
