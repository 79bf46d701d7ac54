// Which file a command's first word names, decided before anything is started: the message is
// better than that of a failed exec. Knows nothing of processes.
#pragma once

#include <string>

#include "runner/base/error.hpp"
#include "runner/port/process.hpp"

namespace mlpipe::adapter {

// What no operating system can be given: an empty command, NUL bytes, odd variable names. Error:
// invalid.
Status check_command(const port::Command& command);

// The path to execute, valid in the command's working folder. Looked up as execvp does: on the
// command's own PATH unless argv[0] has a slash. Errors: not_found, permission (not executable).
Result<std::string> find_program(const port::Command& command);

// The sentence for an exec of `program` that failed with `errno_value`.
tl::unexpected<Error> fail_exec(const port::Command& command, const std::string& program,
                                int errno_value);

}  // namespace mlpipe::adapter
