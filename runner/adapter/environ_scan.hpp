// Looks at other processes through /proc: who runs, whose child it is, what its environment holds.
// Knows nothing of stages or tokens.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace mlpipe::adapter {

[[nodiscard]] std::vector<pid_t> all_processes();
// 0 where the process is gone.
[[nodiscard]] pid_t parent_of(pid_t pid);
// The environment that the process was started with, "NAME=VALUE\0" each; empty where it is gone,
// ended, or not ours to read.
[[nodiscard]] std::string environment_of(pid_t pid);
// The value of `name` in such an environment; empty where it is not there.
[[nodiscard]] std::string_view value_in(std::string_view environment, std::string_view name);

}  // namespace mlpipe::adapter
