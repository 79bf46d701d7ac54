// From a command as written to an argument vector: without a shell where none is needed, since
// starting one doubles the cost.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/spec/pipeline.hpp"

namespace mlpipe::engine {

// What is executed for `cmd`. With Shell::sh or bash, a command of plain words is run directly: the
// result is the same.
[[nodiscard]] std::vector<std::string> argument_vector(std::string_view cmd, spec::Shell shell);

// Whether `sh -c cmd` would do nothing but run the words of `cmd`: no quoting, expansion,
// redirection, assignment, keyword or builtin.
[[nodiscard]] bool is_plain(std::string_view cmd);

// A word quoted for a POSIX shell, for commands that people copy.
[[nodiscard]] std::string shell_quote(std::string_view word);

}  // namespace mlpipe::engine
