// A verb that gives foreign bytes to the table engine runs in a process of its own: what makes the
// engine crash is then an error like any other.
#pragma once

#include <functional>
#include <string>

namespace mlpipe::cli {

// The exit code of `verb`, or 6 with a message that names `table` where it was killed. To be called
// before any thread is started.
int isolated(const std::string& table, const std::function<int()>& verb);

}  // namespace mlpipe::cli
