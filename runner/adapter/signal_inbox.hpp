// Signals that reach the runner, turned into a readable descriptor and a count.
// Knows nothing of processes or of what an interruption means.
#pragma once

#include <signal.h>

#include <array>
#include <memory>

#include "runner/base/error.hpp"

namespace mlpipe::adapter {

// At most one at a time. Takes SIGINT, SIGTERM and SIGHUP (where they were not ignored: nohup, and
// background jobs of scripts), SIGCHLD, and ignores SIGPIPE. The destructor puts everything back.
class SignalInbox {
 public:
  static Result<std::unique_ptr<SignalInbox>> open();
  ~SignalInbox();
  SignalInbox(const SignalInbox&) = delete;
  SignalInbox& operator=(const SignalInbox&) = delete;

  [[nodiscard]] int fd() const;              // readable when any of the signals arrived
  void clear();                              // makes it unreadable again
  [[nodiscard]] unsigned take_interrupts();  // how many asked us to stop since the last call

 private:
  SignalInbox() = default;
  static constexpr std::array<int, 5> kSignals{SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE};
  std::array<struct sigaction, kSignals.size()> before_{};
  sigset_t mask_before_{};
};

}  // namespace mlpipe::adapter
