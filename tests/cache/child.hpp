// A second process for tests of what two processes do to each other.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace mlpipe::cache {

// A forked process that did something, said whether it worked, and now waits to be killed or let
// go.
class Child {
 public:
  // `act` returns what must be kept until the end, or nothing.
  template <class Act>
  explicit Child(Act act) {
    int up[2];
    int down[2];
    if (::pipe(up) != 0 || ::pipe(down) != 0) {
      std::abort();
    }
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(up[0]);
      ::close(down[1]);
      {
        const auto kept = act();
        const char answer = kept ? 'y' : 'n';
        char byte = 0;
        (void)!::write(up[1], &answer, 1);
        (void)!::read(down[0], &byte, 1);
      }
      ::_exit(0);
    }
    ::close(up[1]);
    ::close(down[0]);
    up_ = up[0];
    down_ = down[1];
  }
  ~Child() {
    kill();
    ::close(up_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] bool worked() {
    char answer = 'n';
    return ::read(up_, &answer, 1) == 1 && answer == 'y';
  }
  void kill() { end(SIGKILL); }
  void let_go() { end(0); }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  void end(int signal) {
    if (pid_ > 0) {
      if (signal != 0) {
        ::kill(pid_, signal);
      }
      ::close(down_);
      ::waitpid(pid_, nullptr, 0);
      pid_ = -1;
    }
  }

  pid_t pid_ = -1;
  int up_ = -1;
  int down_ = -1;
};

}  // namespace mlpipe::cache
