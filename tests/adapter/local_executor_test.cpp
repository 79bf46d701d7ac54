#include "runner/adapter/local_executor.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/adapter/children.hpp"

namespace mlpipe {
namespace {

using port::ExitCause;
using std::chrono::milliseconds;

class LocalExecutorTest : public testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGINT, SIG_DFL);  // a test started in the background has it ignored
    auto made = adapter::make_local_executor();
    ASSERT_TRUE(made) << made.error().message;
    executor_ = std::move(*made);
  }
  // No test may leave anything behind.
  void TearDown() override {
    executor_.reset();
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child or zombie is left";
    EXPECT_EQ(errno, ECHILD);
  }
  port::Executor& executor() { return *executor_; }
  Error refused(const port::Command& command) {
    const auto id = executor().start(command);
    if (id) {
      ADD_FAILURE() << "it started";
      wait_for(executor(), {*id});
      return {};
    }
    return id.error();
  }
  std::unique_ptr<port::Executor> executor_;
};

TEST_F(LocalExecutorTest, AnExitCodeAndASignalAreToldApart) {
  const Ran exited = run(executor(), child({"exit", "9"}));
  EXPECT_EQ(exited.exit.cause, ExitCause::exited);
  EXPECT_EQ(exited.exit.code, 9);
  EXPECT_EQ(exited.exit.signal, 0);
  const Ran killed = run(executor(), child({"die", "9"}));
  EXPECT_EQ(killed.exit.cause, ExitCause::signalled);
  EXPECT_EQ(killed.exit.signal, 9);
  const Ran crashed = run(executor(), child({"die", "11"}));
  EXPECT_EQ(crashed.exit.cause, ExitCause::signalled);
  EXPECT_EQ(crashed.exit.signal, SIGSEGV);
}

TEST_F(LocalExecutorTest, StdoutAndStderrKeepTheirOrder) {
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    expected += std::to_string(i) + "\n";
  }
  EXPECT_EQ(run(executor(), child({"interleave"})).output, expected);
}

TEST_F(LocalExecutorTest, AFloodArrivesWhole) {
  constexpr std::size_t kSize = 50 << 20;
  const Ran ran = run(executor(), child({"flood", std::to_string(kSize)}));
  EXPECT_EQ(ran.output.size(), kSize);
  EXPECT_FALSE(ran.exit.output_cut);
}

TEST_F(LocalExecutorTest, ACharacterMayBeSplitOverWrites) {
  EXPECT_EQ(run(executor(), child({"split"})).output, "\xe2\x82\xac");
}

TEST_F(LocalExecutorTest, StdinIsAtItsEnd) {
  EXPECT_EQ(run(executor(), child({"stdin"})).output, "0");
}

TEST_F(LocalExecutorTest, TheChildIsIsolated) {
  std::vector<int> held;
  for (int i = 0; i < 1000; ++i) {
    held.push_back(::open("/dev/null", O_RDONLY));  // not close-on-exec
  }
  sigset_t blocked;
  sigset_t before;
  ::sigfillset(&blocked);
  ::sigdelset(&blocked, SIGCHLD);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const Ran ran = run(executor(), child({"state"}));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  for (const int fd : held) {
    ::close(fd);
  }
  EXPECT_EQ(ran.output, "fds 3 blocked 0 sigpipe default group own\n");
}

TEST_F(LocalExecutorTest, OurDescriptorsComeBack) {
  run(executor(), child({"exit", "0"}));
  const std::size_t before = open_descriptors();
  auto unknown = shell("");
  unknown.argv = {"no-such-program"};
  for (int i = 0; i < 50; ++i) {
    run(executor(), child({"exit", "0"}));
    refused(unknown);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(LocalExecutorTest, TheEnvironmentIsExactlyTheOneGiven) {
  auto command = child({"environment"});
  command.env = {{"A", "1"}, {"EMPTY", ""}, {"LINES", "a\nb"}, {"NAME", "\xc3\xa4"}};
  EXPECT_EQ(run(executor(), command).output, "A=1\nEMPTY=\nLINES=a\nb\nNAME=\xc3\xa4\n");
}

TEST_F(LocalExecutorTest, ArgumentsArriveUnchanged) {
  auto command = shell("");
  command.argv = {"printf", "[%s]", "", "a b", "\"q\"", "line\nline", "$HOME", "\xff"};
  EXPECT_EQ(run(executor(), command).output, "[][a b][\"q\"][line\nline][$HOME][\xff]");
}

TEST_F(LocalExecutorTest, TheWorkingFolderAndRelativeProgramsAreTheChilds) {
  const TemporaryFolder folder;
  const std::string odd = folder / "a \n\xc3\xa4";
  std::filesystem::create_directories(odd + "/tools");
  std::ofstream(odd + "/tools/where") << "#!/bin/sh\npwd\n";
  ::chmod((odd + "/tools/where").c_str(), 0755);
  auto command = shell("");
  command.working_dir = odd;
  command.argv = {"tools/where"};
  EXPECT_EQ(run(executor(), command).output, odd + "\n");
  command.argv = {"where"};
  command.env = {{"PATH", "/nowhere::tools"}};
  EXPECT_EQ(run(executor(), command).output, odd + "\n");
}

TEST_F(LocalExecutorTest, GrandchildrenInTheGroupEndWithTheirLeader) {
  const Ran ran = run(executor(), child({"group"}));
  EXPECT_EQ(ran.exit.cause, ExitCause::exited);
  EXPECT_EQ(ran.exit.code, 0);
  EXPECT_FALSE(ran.exit.output_cut);
}

TEST_F(LocalExecutorTest, ADaemonWithTheTokenIsEndedWithItsStage) {
  const TemporaryFolder folder;
  auto command = child({"daemon", folder / "pid"});
  command.env = {{"MLPIPE_STAGE_TOKEN", "token-1"}};
  const Ran ran = run(executor(), command);
  EXPECT_FALSE(ran.exit.output_cut);
  pid_t daemon = 0;
  std::ifstream(folder / "pid") >> daemon;
  ASSERT_GT(daemon, 0);
  EXPECT_FALSE(is_alive(daemon));
}

TEST_F(LocalExecutorTest, ADaemonOfARunningStageIsLeftAlone) {
  const TemporaryFolder folder;
  auto patient = child({"sleep"});
  const auto waiting = executor().start(patient);
  ASSERT_TRUE(waiting);
  auto command =
      shell(child({}).argv[0] + " --child daemon " + (folder / "pid") +
            "; echo started; while [ ! -e " + (folder / "go") + " ]; do sleep 0.01; done");
  command.env.emplace_back("MLPIPE_STAGE_TOKEN", "token-2");
  const auto id = executor().start(command);
  ASSERT_TRUE(id);
  wait_for_output(executor(), *id, "started");
  run(executor(), child({"exit", "0"}));  // another end, at which orphans are looked for
  pid_t daemon = 0;
  std::ifstream(folder / "pid") >> daemon;
  EXPECT_TRUE(is_alive(daemon));
  std::ofstream(folder / "go") << "";
  wait_for(executor(), {*id});
  EXPECT_FALSE(is_alive(daemon));
  executor().kill(*waiting);
  wait_for(executor(), {*waiting});
}

TEST_F(LocalExecutorTest, ADaemonWithoutTokenCutsTheOutput) {
  const TemporaryFolder folder;
  const Ran ran = run(executor(), child({"daemon", folder / "pid"}));
  EXPECT_TRUE(ran.exit.output_cut);
  EXPECT_EQ(ran.exit.cause, ExitCause::exited);
  pid_t daemon = 0;
  std::ifstream(folder / "pid") >> daemon;
  ASSERT_TRUE(is_alive(daemon));
  ::kill(daemon, SIGKILL);
  ::waitpid(daemon, nullptr, 0);  // ours by adoption
}

TEST_F(LocalExecutorTest, OneThatClosedItsOutputLivesOn) {
  const TemporaryFolder folder;
  const auto id = executor().start(child({"close-output", folder / "go"}));
  ASSERT_TRUE(id);
  wait_for_output(executor(), *id, "closing");
  const auto quiet = executor().poll(milliseconds(50));
  ASSERT_TRUE(quiet);
  EXPECT_TRUE(quiet->exits.empty());
  std::ofstream(folder / "go") << "";
  EXPECT_EQ(wait_for(executor(), {*id})[*id].exit.code, 7);
}

TEST_F(LocalExecutorTest, ATimeoutAsksFirst) {
  auto command = shell("trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.01; done");
  command.timeout = milliseconds(300);
  const Ran ran = run(executor(), command);
  EXPECT_EQ(ran.exit.cause, ExitCause::timed_out);
  EXPECT_EQ(ran.exit.code, 3);
  EXPECT_NE(ran.output.find("bye"), std::string::npos);
}

TEST_F(LocalExecutorTest, ATimeoutKillsAfterTheGrace) {
  auto command = child({"ignore-term"});
  command.timeout = milliseconds(50);
  command.grace = milliseconds(50);
  const Ran ran = run(executor(), command);
  EXPECT_EQ(ran.exit.cause, ExitCause::timed_out);
  EXPECT_EQ(ran.exit.signal, SIGKILL);
  EXPECT_GE(ran.exit.wall, milliseconds(100));
}

TEST_F(LocalExecutorTest, AnEndlessTimeoutDoesNotOverflow) {
  auto command = child({"exit", "0"});
  command.timeout = milliseconds::max();
  command.grace = milliseconds::max();
  EXPECT_EQ(run(executor(), command).exit.cause, ExitCause::exited);
}

TEST_F(LocalExecutorTest, CancelEndsAndKillKills) {
  auto command = child({"sleep"});
  command.grace = std::chrono::hours(1);
  const auto polite = executor().start(command);
  ASSERT_TRUE(polite);
  wait_for_output(executor(), *polite, "ready");
  executor().cancel(*polite);
  Ran ran = wait_for(executor(), {*polite})[*polite];
  EXPECT_EQ(ran.exit.cause, ExitCause::cancelled);
  EXPECT_EQ(ran.exit.signal, SIGTERM);

  command = child({"ignore-term"});
  command.grace = std::chrono::hours(1);
  const auto stubborn = executor().start(command);
  ASSERT_TRUE(stubborn);
  wait_for_output(executor(), *stubborn, "ready");
  executor().cancel(*stubborn);
  executor().kill(*stubborn);
  ran = wait_for(executor(), {*stubborn})[*stubborn];
  EXPECT_EQ(ran.exit.cause, ExitCause::cancelled);
  EXPECT_EQ(ran.exit.signal, SIGKILL);
  executor().cancel(*stubborn);  // ended: ignored
  executor().kill({12345});
}

TEST_F(LocalExecutorTest, CancelReachesAStoppedProcess) {
  const auto id = executor().start(shell("echo ready; kill -STOP $$"));
  ASSERT_TRUE(id);
  wait_for_output(executor(), *id, "ready");
  executor().cancel(*id);
  EXPECT_EQ(wait_for(executor(), {*id})[*id].exit.cause, ExitCause::cancelled);
}

TEST_F(LocalExecutorTest, CancelOfOneThatEndedUnnoticedChangesNothing) {
  const auto id = executor().start(child({"exit", "4"}));
  ASSERT_TRUE(id);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
  executor().cancel(*id);
  executor().kill(*id);
  const Ran ran = wait_for(executor(), {*id})[*id];
  EXPECT_EQ(ran.exit.cause, ExitCause::exited);
  EXPECT_EQ(ran.exit.code, 4);
}

TEST_F(LocalExecutorTest, TwoHundredAtOnce) {
  std::map<port::ProcessId, int> codes;
  std::vector<port::ProcessId> ids;
  for (int i = 0; i < 200; ++i) {
    const auto id =
        executor().start(shell("echo " + std::to_string(i) + "; exit " + std::to_string(i)));
    ASSERT_TRUE(id) << id.error().message;
    ids.push_back(*id);
    codes[*id] = i;
  }
  for (const auto& [id, ran] : wait_for(executor(), ids)) {
    EXPECT_EQ(ran.exit.code, codes[id]);
    EXPECT_EQ(ran.output, std::to_string(codes[id]) + "\n");
  }
}

TEST_F(LocalExecutorTest, UsageIsPlausible) {
  const Ran memory = run(executor(), child({"memory", "200"}));
  EXPECT_GT(memory.exit.max_rss, std::uint64_t{200} << 20);
  EXPECT_LT(memory.exit.max_rss, std::uint64_t{2000} << 20);
  const Ran cpu = run(executor(), child({"cpu", "200"}));
  EXPECT_GE(cpu.exit.user + cpu.exit.system, milliseconds(150));
  EXPECT_GE(cpu.exit.wall, milliseconds(150));
}

TEST_F(LocalExecutorTest, PollReturnsWhenPatienceEnds) {
  const auto nothing = executor().poll(milliseconds(0));
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->exits.empty() && nothing->output.empty() && !nothing->interrupted);
  ASSERT_TRUE(executor().poll(milliseconds(-5)));
}

TEST_F(LocalExecutorTest, InterruptionsOfTheRunnerAreReportedEachTime) {
  for (const int signal : {SIGINT, SIGTERM, SIGINT}) {
    ::kill(::getpid(), signal);
    const auto polled = executor().poll(std::chrono::seconds(60));
    ASSERT_TRUE(polled);
    EXPECT_TRUE(polled->interrupted);
    EXPECT_FALSE(executor().poll(milliseconds(0))->interrupted);
  }
}

TEST_F(LocalExecutorTest, AnInterruptDoesNotReachTheChildren) {
  const auto id = executor().start(child({"sleep"}));
  ASSERT_TRUE(id);
  wait_for_output(executor(), *id, "ready");
  ::kill(::getpid(), SIGINT);
  const auto polled = executor().poll(std::chrono::seconds(60));
  EXPECT_TRUE(polled->interrupted);
  EXPECT_TRUE(polled->exits.empty());
  executor().kill(*id);
  wait_for(executor(), {*id});
}

TEST_F(LocalExecutorTest, ThereIsOneExecutor) {
  const auto second = adapter::make_local_executor();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::busy);
}

TEST_F(LocalExecutorTest, NothingOutlivesTheExecutor) {
  const TemporaryFolder folder;
  auto command = shell(child({}).argv[0] + " --child daemon " + (folder / "pid") +
                       "; echo started; exec sleep 1000");
  command.env.emplace_back("MLPIPE_STAGE_TOKEN", "token-3");
  const auto id = executor().start(command);
  ASSERT_TRUE(id);
  wait_for_output(executor(), *id, "started");
  executor_.reset();
  pid_t daemon = 0;
  std::ifstream(folder / "pid") >> daemon;
  ASSERT_GT(daemon, 0);
  EXPECT_FALSE(is_alive(daemon));
}

}  // namespace
}  // namespace mlpipe
