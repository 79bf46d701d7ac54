// One child process, started through Boost.Process and isolated from us: a group of its own, clean
// signals, no descriptor of ours. Knows nothing of how it is watched or ended.
#pragma once

#include <sys/types.h>

#include <string>

#include "runner/base/error.hpp"
#include "runner/port/process.hpp"

namespace mlpipe::adapter {

// Descriptors of ours that the child uses; -1: the child inherits ours. All are above 2.
struct ChildStreams {
  int input = -1;
  int output = -1;    // stdout and stderr
  int folder = -1;    // becomes the working folder
  int terminal = -1;  // the child's group becomes its foreground group
};

// Returns when the child has executed `program`: its group exists by then. A child that fails
// before that is reaped here. Costs a vfork: independent of the size of this process.
Result<pid_t> spawn(const port::Command& command, const std::string& program,
                    const ChildStreams& streams);

}  // namespace mlpipe::adapter
