// An attached process on a real pseudo-terminal, under a small shell with job control.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "tests/adapter/children.hpp"

namespace mlpipe {
namespace {

void say(const std::string& text) {
  [[maybe_unused]] const auto n = ::write(STDOUT_FILENO, text.data(), text.size());
}

void execute_self(const char* behaviour) {
  ::execl("/proc/self/exe", "adapter_test", "--child", behaviour, nullptr);
  ::_exit(127);
}

bool in_foreground() {
  return ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

// The attached process: an interactive program.
int be_program() {
  ::signal(SIGCONT, [](int) { say("continued\n"); });
  say(std::string("program ") + (in_foreground() ? "in front" : "behind") + "\n");
  std::array<char, 64> line{};
  const auto got = ::read(STDIN_FILENO, line.data(), line.size());
  say("got " + std::string(line.data(), static_cast<std::size_t>(got)));
  termios raw{};
  ::tcgetattr(STDIN_FILENO, &raw);
  raw.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  say("waiting\n");
  for (;;) {
    ::pause();
  }
}

// The runner: starts the program and says how it ended.
int be_runner() {
  auto executor = adapter::make_local_executor();
  auto command = child({"terminal-program"});
  command.terminal = port::Terminal::attached;
  const auto id = (*executor)->start(command);
  if (!id) {
    say("refused: " + id.error().message + "\n");
    return 1;
  }
  const auto second = (*executor)->start(command);
  bool interrupted = false;
  for (;;) {
    const auto polled = (*executor)->poll(std::chrono::hours(1));
    interrupted = interrupted || polled->interrupted;
    if (!polled->exits.empty()) {
      termios now{};
      ::tcgetattr(STDIN_FILENO, &now);
      say("ended by " + std::to_string(polled->exits[0].signal) +
          (interrupted ? " interrupted" : "") + (second ? " twice" : " once") +
          ((now.c_lflag & ECHO) != 0 ? " echoing" : " silent") +
          (in_foreground() ? " in front" : " behind") + "\n");
      return 0;
    }
  }
}

// The runner where there is no terminal.
int be_runner_of_streams() {
  auto executor = adapter::make_local_executor();
  auto command = shell("cat");
  command.terminal = port::Terminal::attached;
  say("ended " + std::to_string(run(**executor, command).exit.code) + "\n");
  return 0;
}

// The user's shell: one job in the foreground, continued each time that it stops.
int be_shell() {
  ::signal(SIGTTOU, SIG_IGN);
  const pid_t job = ::fork();
  if (job == 0) {
    ::setpgid(0, 0);
    ::tcsetpgrp(STDIN_FILENO, ::getpid());
    ::signal(SIGTTOU, SIG_DFL);
    ::signal(SIGINT, SIG_DFL);
    execute_self("terminal-runner");
  }
  ::setpgid(job, job);
  int status = 0;
  while (::waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
    say(std::string("stopped, terminal ") +
        (::tcgetpgrp(STDIN_FILENO) == job ? "the runner's" : "lost") + "\n");
    ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
    ::tcsetpgrp(STDIN_FILENO, job);
    ::kill(-job, SIGCONT);
  }
  say("job " + std::to_string(status) + "\n");
  return 0;
}

class TerminalTest : public testing::Test {
 protected:
  void SetUp() override {
    master_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ASSERT_GE(master_, 0);
    ASSERT_EQ(::grantpt(master_) + ::unlockpt(master_), 0);
    const std::string name = ::ptsname(master_);
    shell_ = ::fork();
    if (shell_ == 0) {
      ::setsid();
      const int slave = ::open(name.c_str(), O_RDWR);
      ::ioctl(slave, TIOCSCTTY, 0);
      for (const int fd : {0, 1, 2}) {
        ::dup2(slave, fd);
      }
      execute_self("terminal-shell");
    }
  }
  void TearDown() override {
    ::close(master_);
    ::kill(shell_, SIGKILL);
    ::waitpid(shell_, nullptr, 0);
  }
  void type(const std::string& keys) {
    ASSERT_EQ(::write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  void expect(const std::string& text) {
    pollfd entry{master_, POLLIN, 0};
    while (shown_.find(text) == std::string::npos) {
      std::array<char, 256> bytes{};
      ASSERT_EQ(::poll(&entry, 1, 60'000), 1) << "no '" << text << "' in: " << shown_;
      const auto got = ::read(master_, bytes.data(), bytes.size());
      ASSERT_GT(got, 0) << "no '" << text << "' in: " << shown_;
      shown_.append(bytes.data(), static_cast<std::size_t>(got));
    }
    shown_.erase(0, shown_.find(text) + text.size());
  }
  int master_ = -1;
  pid_t shell_ = -1;
  std::string shown_;
};

TEST_F(TerminalTest, AnAttachedProcessHasTheTerminalUntilItEnds) {
  expect("program in front");
  type("hello\n");
  expect("got hello");
  expect("waiting");
  type("\x03");
  expect("ended by 2 interrupted once echoing in front");
  expect("job 0");
}

TEST_F(TerminalTest, CtrlZStopsTheRunnerToo) {
  type("x\n");
  expect("waiting");
  for (int i = 0; i < 2; ++i) {
    type("\x1a");
    expect("stopped, terminal the runner's");
    expect("continued");
  }
  type("\x03");
  expect("ended by 2 interrupted once echoing in front");
  expect("job 0");
}

TEST(NoTerminalTest, AnAttachedProcessInheritsTheStreams) {
  const std::string script =
      "setsid -w " + child({}).argv[0] + " --child streams-runner <<X\nline\nX\n";
  FILE* const pipe = ::popen(script.c_str(), "r");
  std::string text(4096, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), pipe));
  ::pclose(pipe);
  EXPECT_EQ(text, "line\nended 0\n");
}

}  // namespace

int behave_on_terminal(const std::string& name) {
  if (name == "terminal-program") return be_program();
  if (name == "terminal-runner") return be_runner();
  if (name == "streams-runner") return be_runner_of_streams();
  if (name == "terminal-shell") return be_shell();
  return 99;
}

}  // namespace mlpipe
