#include "runner/adapter/terminal_loan.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

namespace mlpipe::adapter {
namespace {

// Changing a terminal from a background group stops the caller unless SIGTTOU is blocked.
class TerminalAccess {
 public:
  TerminalAccess() {
    sigset_t stop;
    ::sigemptyset(&stop);
    ::sigaddset(&stop, SIGTTOU);
    ::pthread_sigmask(SIG_BLOCK, &stop, &before_);
  }
  ~TerminalAccess() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  TerminalAccess(const TerminalAccess&) = delete;
  TerminalAccess& operator=(const TerminalAccess&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

TerminalLoan::TerminalLoan() {
  UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (terminal.is_open() && ::tcgetpgrp(terminal.get()) == ::getpgrp() &&
      ::tcgetattr(terminal.get(), &ours_) == 0) {
    terminal_ = std::move(terminal);
  }
}

TerminalLoan::~TerminalLoan() {
  take_back();
}

void TerminalLoan::set_foreground(pid_t group) const {
  const TerminalAccess access;
  ::tcsetpgrp(terminal_.get(), group);
}

void TerminalLoan::take_back() {
  if (!terminal_.is_open()) {
    return;
  }
  const pid_t holder = ::tcgetpgrp(terminal_.get());
  const bool abandoned = holder <= 0 || (::kill(-holder, 0) != 0 && errno == ESRCH);
  if (holder != group_ && !abandoned) {
    return;
  }
  set_foreground(::getpgrp());
  const TerminalAccess access;
  ::tcsetattr(terminal_.get(), TCSADRAIN, &ours_);
}

void TerminalLoan::stop_along() {
  if (!terminal_.is_open()) {
    return;
  }
  termios theirs{};
  const bool known = ::tcgetattr(terminal_.get(), &theirs) == 0;
  take_back();
  // Our whole group, as the terminal itself would have done; without effect where nobody could
  // continue us.
  ::kill(0, SIGTSTP);
  if (::tcgetpgrp(terminal_.get()) == ::getpgrp()) {
    if (known) {
      const TerminalAccess access;
      ::tcsetattr(terminal_.get(), TCSADRAIN, &theirs);
    }
    set_foreground(group_);
  }
  ::kill(-group_, SIGCONT);
}

}  // namespace mlpipe::adapter
