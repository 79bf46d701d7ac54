// A deploying process is killed before each of its system calls in turn (ptrace stops it there), on
// the real disk.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "tests/stages/deploy_fixture.hpp"

namespace mlpipe {
namespace {

namespace fs = std::filesystem;
using plan::Outcome;

// Ends every process at once with one exit code: a verification without threads and children in the
// traced process.
class InstantExecutor final : public port::Executor {
 public:
  explicit InstantExecutor(int code) : code_(code) {}
  Result<port::ProcessId> start(const port::Command&) override { return port::ProcessId{++last_}; }
  void cancel(port::ProcessId) override {}
  void kill(port::ProcessId) override {}
  Result<port::Polled> poll(std::chrono::milliseconds) override {
    port::Polled polled;
    port::Exit exit;
    exit.id = {last_};
    exit.code = code_;
    polled.exits.push_back(exit);
    return polled;
  }

 private:
  int code_;
  std::uint64_t last_ = 0;
};

enum class End { killed, finished, trouble };

// Runs `act` in a child that dies right before its `nth` system call.
End run_and_kill(int nth, const std::function<void()>& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
      ::_exit(9);
    }
    ::raise(SIGSTOP);
    act();
    ::_exit(0);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFSTOPPED(status) ||
      ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0) {
    return End::trouble;
  }
  // Each call stops twice, when it begins and when it ends.
  for (int stops = 0; stops < 2 * nth - 1; ++stops) {
    if (::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0 ||
        ::waitpid(child, &status, 0) != child) {
      return End::trouble;
    }
    if (WIFEXITED(status)) {
      return WEXITSTATUS(status) == 0 ? End::finished : End::trouble;
    }
  }
  ::kill(child, SIGKILL);
  return ::waitpid(child, &status, 0) == child && WIFSIGNALED(status) ? End::killed : End::trouble;
}

class Crash : public testing::Test, protected DeployFolder {
 protected:
  Crash() {
    config =
        "{artifacts: [build/model], verify: x, target: {name: p, type: directory, path: serving}}";
  }
  Result<plan::StepResult> act(int verify_code) const {
    InstantExecutor executor(verify_code);
    stages::Host host;
    host.executor = &executor;
    return stages::find_kind("deploy")->step(input(), host);
  }
  void deploy_now(const std::string& text) const {
    write("build/model", text);
    const auto result = act(0);
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result->outcome, Outcome::passed) << result->summary;
    ASSERT_EQ(served(), text);
  }
  // What holds at every instant: whatever is current is whole, and the history is sound.
  void expect_sound(int nth) const {
    const auto now = target().current();
    ASSERT_TRUE(now) << nth << ": " << now.error().message;
    if (!now->empty()) {
      const Status whole = target().check_release(*now);
      EXPECT_TRUE(whole) << nth << ": " << whole.error().message;
    }
    EXPECT_FALSE(history().damage) << nth;
    const std::vector<std::string> releases =
        target().releases().value_or(std::vector<std::string>{});
    for (const std::string& id : releases) {
      EXPECT_TRUE(target().check_release(id)) << nth << ": " << id;
    }
  }
  void expect_clean(int nth) const {
    EXPECT_EQ(history().unfinished(), nullptr) << nth;
    for (const auto& entry : fs::recursive_directory_iterator(root() + "/serving")) {
      EXPECT_EQ(entry.path().filename().string().find(".tmp"), std::string::npos)
          << nth << ": " << entry.path();
    }
  }
  // For each point of death: `prepare`, the act that dies, `afterwards`.
  void at_every_call(const std::function<void()>& prepare, const std::function<void()>& dies,
                     const std::function<void(int)>& afterwards) const {
    int nth = 1;
    for (;; ++nth) {
      fs::remove_all(root() + "/serving");
      prepare();
      const End end = run_and_kill(nth, dies);
      ASSERT_NE(end, End::trouble) << nth;
      if (end == End::finished) {
        break;
      }
      expect_sound(nth);
      afterwards(nth);
      if (HasFatalFailure()) {
        FAIL() << "killed before call " << nth;
      }
    }
    EXPECT_GT(nth, 50) << "a deployment makes more calls than that: nothing was killed";
  }
};

TEST_F(Crash, TheSameDeploymentAgainEndsIt) {
  at_every_call(
      [&] {
        deploy_now("one");
        write("build/model", "two");
      },
      [&] { (void)act(0); },
      [&](int nth) {
        deploy_now("two");
        expect_clean(nth);
        const auto back = roll_back();
        ASSERT_TRUE(back) << back.error().message;
        EXPECT_EQ(served(), "one") << "the way back is known whenever it died";
      });
}

TEST_F(Crash, AnotherDeploymentTakesTheUnverifiedOneBack) {
  at_every_call(
      [&] {
        deploy_now("one");
        write("build/model", "two");
      },
      [&] { (void)act(0); },
      [&](int nth) {
        const bool ended = history().unfinished() == nullptr;
        const bool was_deployed = ended && served() == "two";
        deploy_now("three");
        expect_clean(nth);
        ASSERT_TRUE(roll_back());
        EXPECT_EQ(served(), was_deployed ? "two" : "one");
      });
}

TEST_F(Crash, ARefusedDeploymentLeavesNothingUnverified) {
  at_every_call(
      [&] {
        evidence = "[]";
        deploy_now("one");
        write("build/model", "two");
      },
      [&] { (void)act(1); },
      [&](int nth) {
        evidence =
            R"([{"stage":"g","kind":"regression","gate":true,"state":"failed","accepted":false,"fingerprint":""}])";
        const auto refused = act(0);
        ASSERT_TRUE(refused);
        EXPECT_EQ(refused->outcome, Outcome::failed);
        EXPECT_EQ(served(), "one") << nth;
        expect_clean(nth);
      });
}

TEST_F(Crash, ARollbackIsCompletedAndHolds) {
  at_every_call(
      [&] {
        deploy_now("one");
        deploy_now("two");
      },
      [&] { (void)roll_back(); },
      [&](int nth) {
        const bool held = fs::exists(root() + "/serving/hold");
        EXPECT_TRUE(held || served() == "two")
            << nth << ": nobody is held off what was rolled back";
        if (history().unfinished() == nullptr && served() == "one") {
          return;
        }
        const auto back = roll_back();
        ASSERT_TRUE(back) << back.error().message;
        EXPECT_EQ(served(), "one") << nth;
        EXPECT_EQ(history().unfinished(), nullptr) << nth;
        EXPECT_TRUE(fs::exists(root() + "/serving/hold"));
      });
}

}  // namespace
}  // namespace mlpipe
