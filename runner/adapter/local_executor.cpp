#include "runner/adapter/local_executor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "runner/adapter/child.hpp"
#include "runner/adapter/leftovers.hpp"
#include "runner/adapter/oom_watch.hpp"
#include "runner/adapter/program_path.hpp"
#include "runner/adapter/reaper.hpp"
#include "runner/adapter/signal_inbox.hpp"
#include "runner/adapter/spawn.hpp"
#include "runner/adapter/terminal_loan.hpp"
#include "runner/adapter/unique_fd.hpp"
#include "runner/base/text.hpp"

namespace mlpipe::adapter {
namespace {

using std::chrono::milliseconds;

// Of one process in one round, so that a flood starves nobody and memory stays bounded.
constexpr std::size_t kReadLimit = std::size_t{1} << 20;
constexpr std::size_t kReadBuffer = std::size_t{64} << 10;

// A standard stream that our parent closed becomes /dev/null: no descriptor of ours may take its
// number and be in the way of a child's. Returns one above them.
Result<UniqueFd> open_null() {
  for (;;) {
    const int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0) {
      return fail_errno("cannot open /dev/null", errno);
    }
    if (fd > STDERR_FILENO) {
      return UniqueFd(fd);
    }
    ::fcntl(fd, F_SETFD, 0);
  }
}

Result<UniqueFd> open_folder(const std::string& path) {
  UniqueFd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) {
    return fail_errno("cannot use the working folder " + printable(path), errno);
  }
  return folder;
}

class LocalExecutor final : public port::Executor {
 public:
  static Result<std::unique_ptr<port::Executor>> make();
  ~LocalExecutor() override;
  Result<port::ProcessId> start(const port::Command& command) override;
  void cancel(port::ProcessId id) override;
  void kill(port::ProcessId id) override;
  Result<port::Polled> poll(milliseconds patience) override;

 private:
  struct Running {
    Child child;
    std::uint64_t oom_kills_before;
  };

  LocalExecutor() = default;
  Result<pid_t> launch(const port::Command& command, UniqueFd& output);
  Child* find(port::ProcessId id);
  Running* find_unreaped(pid_t pid);
  Status wait(Steady::time_point until);
  void read_outputs(port::Polled& polled);
  void read_output(Child& child, port::Polled& polled);
  void reap_ended(port::Polled& polled);
  void bury(Running& running, port::Polled& polled);
  void kill_orphans();
  void follow_stops();
  void settle(port::Polled& polled);

  std::unique_ptr<SignalInbox> inbox_;
  UniqueFd null_;
  OomWatch oom_;
  std::vector<Running> running_;
  Leftovers leftovers_;
  std::optional<TerminalLoan> loan_;  // while an attached process runs
  std::uint64_t next_id_ = 1;
  std::vector<pollfd> waited_;
  std::vector<char> buffer_ = std::vector<char>(kReadBuffer);
};

Result<std::unique_ptr<port::Executor>> LocalExecutor::make() {
  auto executor = std::unique_ptr<LocalExecutor>(new LocalExecutor);
  TRY(executor->null_, open_null());
  TRY(executor->inbox_, SignalInbox::open());
  adopt_orphans();
  return executor;
}

// Nothing that was started outlives its executor.
LocalExecutor::~LocalExecutor() {
  for (auto& [child, oom_kills] : running_) {
    child.kill_group(port::ExitCause::cancelled);
  }
  for (auto& [child, oom_kills] : running_) {
    if (!child.exit()) {
      child.bury([] { return false; });
      leftovers_.stage_ended(child.token(), child.id());
    }
  }
  do {
    for (const pid_t pid : leftovers_.pending()) {
      reap(pid);
      leftovers_.reaped(pid);
    }
    kill_orphans();
  } while (!leftovers_.pending().empty());
}

Result<pid_t> LocalExecutor::launch(const port::Command& command, UniqueFd& output) {
  TRY(const UniqueFd folder, open_folder(command.working_dir));
  TRY(const std::string program, find_program(command));
  ChildStreams streams;
  streams.folder = folder.get();
  if (command.terminal == port::Terminal::attached) {
    streams.terminal = loan_.emplace().fd();
    auto pid = spawn(command, program, streams);
    pid ? loan_->lent_to(*pid) : loan_.reset();
    return pid;
  }
  int ends[2];  // NOLINT: the shape that pipe2 wants
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return fail_errno("cannot start '" + printable(command.argv.front()) +
                          "': no pipe for its output ('ulimit -n' shows the limit)",
                      errno);
  }
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  streams.input = null_.get();
  streams.output = theirs.get();
  output = std::move(ours);
  return spawn(command, program, streams);
}

Result<port::ProcessId> LocalExecutor::start(const port::Command& command) {
  TRY_OK(check_command(command));
  if (command.terminal == port::Terminal::attached && loan_) {
    return fail(Code::busy, "another process has the terminal");
  }
  const std::uint64_t oom_kills = oom_.recent_kills();
  UniqueFd output;
  TRY(const pid_t pid, launch(command, output));
  const port::ProcessId id{next_id_++};
  running_.push_back({Child(id, pid, std::move(output), command), oom_kills});
  leftovers_.stage_started(running_.back().child.token());
  return id;
}

Child* LocalExecutor::find(port::ProcessId id) {
  const auto found = std::find_if(running_.begin(), running_.end(),
                                  [&](const Running& r) { return r.child.id() == id; });
  return found == running_.end() ? nullptr : &found->child;
}

LocalExecutor::Running* LocalExecutor::find_unreaped(pid_t pid) {
  const auto found = std::find_if(running_.begin(), running_.end(), [&](const Running& r) {
    return r.child.pid() == pid && !r.child.exit();
  });
  return found == running_.end() ? nullptr : &*found;
}

void LocalExecutor::cancel(port::ProcessId id) {
  if (Child* child = find(id)) {
    child->ask_to_end(port::ExitCause::cancelled);
  }
}

void LocalExecutor::kill(port::ProcessId id) {
  if (Child* child = find(id)) {
    child->kill_group(port::ExitCause::cancelled);
    child->stop_draining();
  }
}

Result<port::Polled> LocalExecutor::poll(milliseconds patience) {
  port::Polled polled;
  const Steady::time_point limit = after(patience);
  for (;;) {
    Steady::time_point until = limit;
    for (const auto& running : running_) {
      until = running.child.next_deadline(until);
    }
    TRY_OK(wait(until));
    polled.interrupted = inbox_->take_interrupts() > 0;
    read_outputs(polled);
    reap_ended(polled);
    follow_stops();
    const Steady::time_point now = Steady::now();
    for (auto& running : running_) {
      running.child.fire_timers(now);
    }
    settle(polled);
    const bool happened = polled.interrupted || !polled.output.empty() || !polled.exits.empty();
    if (happened || now >= limit) {
      return polled;
    }
  }
}

Status LocalExecutor::wait(Steady::time_point until) {
  waited_.clear();
  waited_.push_back({inbox_->fd(), POLLIN, 0});
  for (const auto& running : running_) {
    // A negative descriptor is passed over.
    waited_.push_back({running.child.output(), POLLIN, 0});
  }
  const auto left = std::max(until - Steady::now(), Steady::duration(0));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  const timespec patience{seconds.count(), (left - seconds).count()};
  if (::ppoll(waited_.data(), waited_.size(), &patience, nullptr) < 0) {
    if (errno != EINTR) {
      return fail_errno("cannot wait for processes", errno);
    }
    for (auto& entry : waited_) {
      entry.revents = 0;
    }
  }
  inbox_->clear();
  return {};
}

void LocalExecutor::read_outputs(port::Polled& polled) {
  for (std::size_t i = 0; i < running_.size(); ++i) {
    if (waited_[i + 1].revents != 0) {
      read_output(running_[i].child, polled);
    }
  }
}

void LocalExecutor::read_output(Child& child, port::Polled& polled) {
  std::string bytes = child.read(buffer_, kReadLimit);
  if (!bytes.empty()) {
    polled.output.push_back({child.id(), std::move(bytes)});
  }
}

void LocalExecutor::reap_ended(port::Polled& polled) {
  bool reaped = false;
  Glance glance = look_for_ended_child();
  for (; glance.children == Children::ended; glance = look_for_ended_child()) {
    if (Running* running = find_unreaped(glance.pid)) {
      bury(*running, polled);
    } else {
      reap(glance.pid);
      leftovers_.reaped(glance.pid);
    }
    reaped = true;
  }
  if (reaped && glance.children == Children::alive) {
    kill_orphans();
  }
}

void LocalExecutor::bury(Running& running, port::Polled& polled) {
  Child& child = running.child;
  child.bury([&] { return oom_.kills() > running.oom_kills_before; });
  leftovers_.stage_ended(child.token(), child.id());
  if (child.is_attached()) {
    loan_.reset();
    // Ctrl-C went to the child's group only.
    polled.interrupted = polled.interrupted || child.exit()->signal == SIGINT;
  }
}

void LocalExecutor::kill_orphans() {
  leftovers_.kill_orphans([this](pid_t pid) { return find_unreaped(pid) != nullptr; });
}

void LocalExecutor::follow_stops() {
  if (!loan_) {
    return;
  }
  for (const auto& [child, oom_kills] : running_) {
    if (child.is_attached() && !child.exit() && stopped_by(child.pid())) {
      loan_->stop_along();
    }
  }
}

void LocalExecutor::settle(port::Polled& polled) {
  for (auto& running : running_) {
    if (running.child.exit()) {
      read_output(running.child, polled);  // what came between the last look and the death
    }
  }
  std::erase_if(running_, [&](const Running& running) {
    const Child& child = running.child;
    if (!child.is_settled(leftovers_.pending(child.id()))) {
      return false;
    }
    polled.exits.push_back(child.final_exit());
    return true;
  });
}

}  // namespace

Result<std::unique_ptr<port::Executor>> make_local_executor() {
  return LocalExecutor::make();
}

}  // namespace mlpipe::adapter
