#include "runner/adapter/spawn.hpp"

// Boost 1.74 has the vfork path and its tag, but leaves the macro unset for current C libraries.
#define BOOST_POSIX_HAS_VFORK 1
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/process/child.hpp>
#include <boost/process/error.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/posix.hpp>
#include <cerrno>
#include <vector>

#include "runner/adapter/program_path.hpp"

// The thread sanitizer turns vfork into fork.
#if defined(__SANITIZE_THREAD__)
#define MLPIPE_SPAWN_FORKS 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MLPIPE_SPAWN_FORKS 1
#endif
#endif

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

namespace mlpipe::adapter {
namespace {

namespace bp = boost::process;

// Written by the child before exec, read by the parent after it: vfork shares the memory.
struct Outcome {
  volatile int error = 0;     // errno of a failed preparation
  volatile pid_t failed = 0;  // the child whose exec failed, to be reaped
};

void close_on_exec_above_standard() {
  if (::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0) {
    return;
  }
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const int end = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 65536));
  for (int fd = 3; fd < end; ++fd) {
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
}

// Everything in on_exec_setup runs in the child between vfork and exec: system calls only.
struct Isolate : bp::extend::handler {
  const char* program = nullptr;
  char* const* argv = nullptr;
  char** environment = nullptr;
  ChildStreams streams;
  Outcome* outcome = nullptr;

  template <class Executor>
  void on_setup(Executor& executor) const {
    executor.exe = program;
    executor.cmd_line = argv;
    executor.env = environment;
  }

  template <class Executor>
  void on_exec_setup(Executor& /*executor*/) const {
    require(::setpgid(0, 0) == 0);
    if (streams.terminal >= 0) {
      // SIGTTOU is blocked here, so a background process may do this.
      ::tcsetpgrp(streams.terminal, ::getpid());
    }
    if (streams.input >= 0) {
      require(::dup2(streams.input, STDIN_FILENO) >= 0);
    }
    if (streams.output >= 0) {
      require(::dup2(streams.output, STDOUT_FILENO) >= 0);
      require(::dup2(streams.output, STDERR_FILENO) >= 0);
    }
    if (streams.folder >= 0) {
      require(::fchdir(streams.folder) == 0);
    }
    close_on_exec_above_standard();
    // Dispositions first: once unblocked, no handler of ours may run in the shared memory.
    for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE}) {
      reset(signal);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
  }

  template <class Executor>
  void on_error(Executor& executor, const std::error_code& /*error*/) const {
    if (executor.pid > 0) {
      outcome->failed = executor.pid;
    }
  }

 private:
  void require(bool done) const {
    if (!done) {
      outcome->error = errno;
      ::_exit(127);
    }
  }

  // An ignored SIGHUP stays ignored: that is what nohup asks for.
  static void reset(int signal) {
    struct sigaction action {};
    if (signal == SIGHUP && ::sigaction(signal, nullptr, &action) == 0 &&
        action.sa_handler == SIG_IGN) {
      return;
    }
    action = {};
    action.sa_handler = SIG_DFL;
    ::sigaction(signal, &action, nullptr);
  }
};

class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_{};
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

}  // namespace

Result<pid_t> spawn(const port::Command& command, const std::string& program,
                    const ChildStreams& streams) {
  std::vector<std::string> words = command.argv;
  std::vector<std::string> variables;
  variables.reserve(command.env.size());
  for (const auto& [name, value] : command.env) {
    variables.push_back(name + "=" + value);
  }
  const std::vector<char*> argv = pointers_to(words);
  std::vector<char*> environment = pointers_to(variables);

  Outcome outcome;
  Isolate isolate;
  isolate.program = program.c_str();
  isolate.argv = argv.data();
  isolate.environment = environment.data();
  isolate.streams = streams;
  isolate.outcome = &outcome;

  const BlockedSignals blocked;
  std::error_code error;
#if defined(MLPIPE_SPAWN_FORKS)
  bp::child child(isolate, error);
#else
  bp::child child(isolate, bp::posix::use_vfork, error);
#endif
  const pid_t pid = child.id();
  child.detach();
  if (error) {
    if (outcome.failed > 0) {
      ::waitpid(outcome.failed, nullptr, 0);
    }
    return fail_exec(command, program, error.value());
  }
  if (outcome.error != 0) {
    ::waitpid(pid, nullptr, 0);
    return fail_errno(
        "cannot prepare the process of '" + command.argv.front() + "' in " + command.working_dir,
        outcome.error);
  }
  return pid;
}

}  // namespace mlpipe::adapter
