// Lends our terminal to one child's group and takes it back, with its settings.
// Knows nothing of what the child does with it.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include "runner/adapter/unique_fd.hpp"

namespace mlpipe::adapter {

class TerminalLoan {
 public:
  // Nothing is lent where we have no terminal or are not its foreground group; fd() is -1 then.
  TerminalLoan();
  ~TerminalLoan();
  TerminalLoan(const TerminalLoan&) = delete;
  TerminalLoan& operator=(const TerminalLoan&) = delete;

  [[nodiscard]] int fd() const { return terminal_.get(); }
  void lent_to(pid_t group) { group_ = group; }
  void take_back();  // unless somebody else, the user's shell, has it by now
  // The child's group was stopped from the terminal: stop with it, and lend again when continued.
  void stop_along();

 private:
  void set_foreground(pid_t group) const;
  UniqueFd terminal_;
  pid_t group_ = 0;
  termios ours_{};
};

}  // namespace mlpipe::adapter
