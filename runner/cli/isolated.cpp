#include "runner/cli/isolated.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "runner/base/text.hpp"

namespace mlpipe::cli {

int isolated(const std::string& table, const std::function<int()>& verb) {
  constexpr int trouble = 6;
  constexpr int interrupted = 130;
  std::fflush(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    return verb();
  }
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int code = getppid() == parent ? verb() : interrupted;
    std::fflush(nullptr);
    _exit(code);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      return trouble;
    }
  }
  if (WIFEXITED(status)) {
    return WEXITSTATUS(status);
  }
  const int signal = WTERMSIG(status);
  if (signal == SIGINT || signal == SIGTERM) {
    return interrupted;
  }
  fmt::print(stderr,
             "mlpipe: reading {} ended the table engine ({}); the table is damaged, or made to do "
             "that\n",
             printable(table), strsignal(signal));
  return trouble;
}

}  // namespace mlpipe::cli
