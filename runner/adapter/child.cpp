#include "runner/adapter/child.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "runner/adapter/leftovers.hpp"

namespace mlpipe::adapter {
namespace {

using std::chrono::milliseconds;

// How long a dead process's output and group are waited for.
constexpr milliseconds kDrain{200};

std::string token_of(const port::Command& command) {
  for (const auto& [name, value] : command.env) {
    if (name == kTokenVariable) {
      return value;
    }
  }
  return {};
}

}  // namespace

Steady::time_point after(milliseconds delay) {
  return Steady::now() +
         std::clamp<milliseconds>(delay, milliseconds(0), std::chrono::hours(24 * 3650));
}

Child::Child(port::ProcessId id, pid_t pid, UniqueFd output, const port::Command& command)
    : id_(id),
      pid_(pid),
      attached_(command.terminal == port::Terminal::attached),
      token_(token_of(command)),
      output_(std::move(output)),
      grace_(command.grace),
      started_(Steady::now()) {
  if (command.timeout) {
    term_at_ = after(*command.timeout);
  }
}

void Child::signal_group(int signal) const {
  // A leader may have moved to another group of its session.
  if (::kill(-pid_, signal) != 0) {
    ::kill(pid_, signal);
  }
}

void Child::ask_to_end(port::ExitCause cause) {
  term_at_.reset();
  if (exit_ || ending_ || has_ended(pid_)) {
    return;
  }
  ending_ = cause;
  kill_at_ = after(grace_);
  signal_group(SIGTERM);
  signal_group(SIGCONT);  // a stopped process cannot end by itself
}

void Child::kill_group(port::ExitCause cause) {
  term_at_.reset();
  kill_at_.reset();
  if (exit_ || has_ended(pid_)) {
    return;
  }
  ending_ = ending_.value_or(cause);
  killed_ = true;
  signal_group(SIGKILL);
}

void Child::fire_timers(Steady::time_point now) {
  if (term_at_ && now >= *term_at_) {
    ask_to_end(port::ExitCause::timed_out);
  }
  if (kill_at_ && now >= *kill_at_) {
    kill_group(port::ExitCause::timed_out);
  }
}

Steady::time_point Child::next_deadline(Steady::time_point limit) const {
  if (exit_) {
    return std::min(limit, drain_until_);
  }
  return std::min({limit, term_at_.value_or(limit), kill_at_.value_or(limit)});
}

std::string Child::read(std::vector<char>& buffer, std::size_t limit) {
  std::string bytes;
  while (output_.is_open() && bytes.size() < limit) {
    const auto got = ::read(output_.get(), buffer.data(), buffer.size());
    if (got > 0) {
      bytes.append(buffer.data(), static_cast<std::size_t>(got));
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      output_.reset();
    } else if (errno == EAGAIN) {
      break;
    }
  }
  return bytes;
}

void Child::kill_rest_of_group() const {
  // Unreaped, the leader still holds the group's id: nobody else can be hit.
  ::kill(-pid_, SIGKILL);
}

bool Child::died_of_sigkill(const Ended& ended) const {
  constexpr int kAsShellsSay = 128 + SIGKILL;
  return ended.signalled ? ended.value == SIGKILL : ended.value == kAsShellsSay;
}

void Child::record(const Ended& ended) {
  port::Exit exit;
  exit.id = id_;
  exit.cause =
      ending_.value_or(ended.signalled ? port::ExitCause::signalled : port::ExitCause::exited);
  (ended.signalled ? exit.signal : exit.code) = ended.value;
  exit.wall = std::chrono::duration_cast<milliseconds>(Steady::now() - started_);
  exit.user = ended.user;
  exit.system = ended.system;
  exit.max_rss = ended.max_rss;
  exit_ = exit;
  drain_until_ = after(kDrain);
  term_at_.reset();
  kill_at_.reset();
}

bool Child::is_settled(bool leftovers_pending) const {
  if (!exit_) {
    return false;
  }
  // Only asks: the id may be somebody else's by now.
  const bool group_gone = ::kill(-pid_, 0) != 0 && errno == ESRCH;
  return (!output_.is_open() && group_gone && !leftovers_pending) || Steady::now() >= drain_until_;
}

port::Exit Child::final_exit() const {
  port::Exit exit = *exit_;
  exit.output_cut = output_.is_open();
  return exit;
}

}  // namespace mlpipe::adapter
