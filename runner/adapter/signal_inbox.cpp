#include "runner/adapter/signal_inbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace mlpipe::adapter {
namespace {

// A signal handler can reach nothing else.
std::atomic<int> wake_fd{-1};
std::atomic<unsigned> interrupts{0};
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int signal) {
  const int saved = errno;
  if (signal != SIGCHLD) {
    interrupts.fetch_add(1);
  }
  const std::uint64_t one = 1;
  // A full counter is readable already.
  [[maybe_unused]] const auto written = ::write(wake_fd.load(), &one, sizeof one);
  errno = saved;
}

}  // namespace

Result<std::unique_ptr<SignalInbox>> SignalInbox::open() {
  if (wake_fd.load() >= 0) {
    return fail(Code::busy, "this process already watches its signals");
  }
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) {
    return fail_errno("cannot watch signals", errno);
  }
  wake_fd.store(fd);
  interrupts.store(0);
  auto inbox = std::unique_ptr<SignalInbox>(new SignalInbox);
  sigset_t taken;
  ::sigemptyset(&taken);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    const int signal = kSignals[i];
    struct sigaction& before = inbox->before_[i];
    ::sigaction(signal, nullptr, &before);
    const bool asks_to_stop = signal == SIGINT || signal == SIGTERM || signal == SIGHUP;
    if (asks_to_stop && before.sa_handler == SIG_IGN) {
      continue;
    }
    struct sigaction action {};
    ::sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    action.sa_handler = signal == SIGPIPE ? SIG_IGN : on_signal;
    ::sigaction(signal, &action, nullptr);
    ::sigaddset(&taken, signal);
  }
  // A parent may have started us with them blocked.
  ::pthread_sigmask(SIG_UNBLOCK, &taken, &inbox->mask_before_);
  return inbox;
}

SignalInbox::~SignalInbox() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], &before_[i], nullptr);
  }
  ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  ::close(wake_fd.exchange(-1));
}

int SignalInbox::fd() const {
  return wake_fd.load();
}

void SignalInbox::clear() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(wake_fd.load(), &count, sizeof count);
}

unsigned SignalInbox::take_interrupts() {
  return interrupts.exchange(0);
}

}  // namespace mlpipe::adapter
