#include "runner/cache/locks.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <tuple>
#include <vector>

#include "tests/cache/child.hpp"

namespace mlpipe::cache {
namespace {

namespace fs = std::filesystem;

class LocksTest : public testing::Test {
 protected:
  LocksTest() {
    std::string pattern = testing::TempDir() + "mlpipe-locks-XXXXXX";
    dir_ = ::mkdtemp(pattern.data());
  }
  ~LocksTest() override { fs::remove_all(dir_); }
  [[nodiscard]] std::string state() const { return dir_ + "/.mlpipe"; }
  [[nodiscard]] std::string runs() const { return state() + "/locks/runs"; }

  std::string dir_;
};

// The lock, where it was to be had.
std::optional<Held> take(Locks& locks, const std::string& label, LockMode mode) {
  auto held = locks.try_stage(label, mode);
  EXPECT_TRUE(held) << held.error().message;
  return held ? std::move(*held) : std::nullopt;
}

constexpr auto shared = LockMode::shared;
constexpr auto exclusive = LockMode::exclusive;

TEST_F(LocksTest, TwoObjectsConflictLikeTwoProcesses) {
  Locks a(state());
  Locks b(state());
  for (Locks* other : {&a, &b}) {
    for (const auto& [first, second, expected] :
         {std::tuple(shared, shared, true), std::tuple(shared, exclusive, false),
          std::tuple(exclusive, shared, false), std::tuple(exclusive, exclusive, false)}) {
      const auto held = take(a, "train", first);
      ASSERT_TRUE(held);
      EXPECT_EQ(take(*other, "train", second).has_value(), expected);
      EXPECT_TRUE(take(*other, "train@seed1", second));
    }
  }
}

TEST_F(LocksTest, EveryHolderMustLetGo) {
  Locks a(state());
  Locks b(state());
  auto first = take(a, "train", shared);
  auto second = take(a, "train", shared);
  first.reset();
  EXPECT_FALSE(take(b, "train", exclusive));
  second.reset();
  EXPECT_TRUE(take(b, "train", exclusive));
}

TEST_F(LocksTest, AHeldMayOutliveItsLocksAndMove) {
  std::optional<Held> kept;
  {
    Locks a(state());
    auto held = take(a, "train", exclusive);
    ASSERT_TRUE(held);
    Held moved = std::move(*held);
    held.reset();
    kept = std::move(moved);
  }
  Locks b(state());
  EXPECT_FALSE(take(b, "train", shared));
  kept = Held();
  EXPECT_TRUE(take(b, "train", shared));
}

TEST_F(LocksTest, AKilledHolderLetsGo) {
  Child child([&] {
    static Locks locks(state());
    return take(locks, "stage mit Zeilenumbruch\n", exclusive);
  });
  ASSERT_TRUE(child.worked());
  Locks mine(state());
  EXPECT_FALSE(take(mine, "stage mit Zeilenumbruch\n", shared));
  EXPECT_TRUE(take(mine, "another", exclusive));
  child.kill();
  EXPECT_TRUE(take(mine, "stage mit Zeilenumbruch\n", exclusive));
}

TEST_F(LocksTest, AProgramThatWasStartedDoesNotInheritTheLock) {
  Locks mine(state());
  auto held = take(mine, "train", exclusive);
  auto write = mine.write();
  ASSERT_TRUE(held && write);
  int started[2];
  ASSERT_EQ(::pipe2(started, O_CLOEXEC), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::execl("/bin/sleep", "sleep", "1000", static_cast<char*>(nullptr));
    ::_exit(1);
  }
  ::close(started[1]);
  char byte = 0;
  ASSERT_EQ(::read(started[0], &byte, 1), 0);  // closed by exec
  ::close(started[0]);
  held.reset();
  write = Held();
  Locks other(state());
  EXPECT_TRUE(take(other, "train", exclusive));
  EXPECT_TRUE(other.write());
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

TEST_F(LocksTest, AThousandProducersNeedNoThousandDescriptors) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit low{64, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  Locks locks(state());
  std::vector<Held> held;
  for (int i = 0; i < 1000; ++i) {
    auto one = take(locks, "train@seed" + std::to_string(i), shared);
    if (one) {
      held.push_back(std::move(*one));
    }
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(held.size(), 1000U);
}

TEST_F(LocksTest, TheFolderRemovedBetweenLocksIsMadeAgain) {
  Locks locks(state());
  ASSERT_TRUE(take(locks, "train", exclusive));
  fs::remove_all(state());
  const auto held = take(locks, "train", exclusive);
  ASSERT_TRUE(held);
  Locks other(state());
  EXPECT_FALSE(take(other, "train", shared));
  fs::remove_all(state());
  const auto refused = locks.try_stage("other", exclusive);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::changed);
}

// Whether the process waits in flock: what /proc calls its system call.
bool waits_for_lock(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/syscall");
  long number = -1;
  return file >> number && number == SYS_flock;
}

TEST_F(LocksTest, WriteWaitsForTheOtherAlsoWhenASignalComes) {
  Child holder([&] {
    static Locks locks(state());
    return locks.write();
  });
  ASSERT_TRUE(holder.worked());
  Child waiting([&] {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGUSR1, &action, nullptr);  // without SA_RESTART: flock fails with EINTR
    static Locks locks(state());
    auto held = locks.write();
    std::ofstream(dir_ + "/got") << "x";
    return held;
  });
  for (int round = 0; round < 3; ++round) {
    while (!waits_for_lock(waiting.pid())) {
      ASSERT_FALSE(fs::exists(dir_ + "/got"));
      ::usleep(1000);
    }
    ::kill(waiting.pid(), SIGUSR1);
  }
  EXPECT_FALSE(fs::exists(dir_ + "/got"));
  holder.kill();
  EXPECT_TRUE(waiting.worked());
}

TEST_F(LocksTest, RunsAreAliveWhileTheyLive) {
  Locks mine(state());
  EXPECT_TRUE(mine.alive()->empty());
  EXPECT_TRUE(mine.dead()->empty());
  const auto me = mine.enter({"run-me", ::getpid(), "token-me"});
  ASSERT_TRUE(me) << me.error().message;
  Child child([&] {
    static Locks locks(state());
    return locks.enter({"run-b", ::getpid(), "token b"});
  });
  ASSERT_TRUE(child.worked());
  const pid_t pid = child.pid();
  auto alive = mine.alive();
  ASSERT_EQ(alive->size(), 1U);
  EXPECT_EQ(alive->at(0).run_id, "run-b");
  EXPECT_EQ(alive->at(0).pid, pid);
  EXPECT_EQ(alive->at(0).token, "token b");
  EXPECT_TRUE(mine.dead()->empty());
  EXPECT_EQ(mine.bury(alive->at(0)).error().code, Code::busy);
  EXPECT_EQ(Locks(state()).alive()->size(), 2U);

  child.kill();
  EXPECT_TRUE(mine.alive()->empty());
  const auto dead = mine.dead();
  ASSERT_EQ(dead->size(), 1U);
  EXPECT_EQ(dead->at(0).pid, pid);
  ASSERT_TRUE(mine.bury(dead->at(0)));
  ASSERT_TRUE(mine.bury(dead->at(0)));
  EXPECT_TRUE(mine.dead()->empty());
}

TEST_F(LocksTest, ARunThatEndsWellLeavesNothing) {
  Child child([&] {
    static Locks locks(state());
    return locks.enter({"run-b", ::getpid(), "t"});
  });
  ASSERT_TRUE(child.worked());
  child.let_go();
  EXPECT_TRUE(Locks(state()).dead()->empty());
  EXPECT_TRUE(fs::is_empty(runs()));
}

TEST_F(LocksTest, OneIdIsEnteredOnce) {
  Locks a(state());
  Locks b(state());
  const auto held = a.enter({"run", 1, "t"});
  ASSERT_TRUE(held);
  const auto second = b.enter({"run", 2, "u"});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::busy);
  EXPECT_EQ(b.alive()->at(0).pid, 1);
}

TEST_F(LocksTest, ForeignAndHalfMadeFilesAreNoRuns) {
  fs::create_directories(runs() + "/folder");
  std::ofstream(runs() + "/empty");
  std::ofstream(runs() + "/foreign") << "mlpipe run 1\npid x\ntoken t\n";
  std::ofstream(runs() + "/zero") << "mlpipe run 1\npid 0\ntoken t\n";
  std::ofstream(runs() + "/no token") << "mlpipe run 1\npid 5\ntoken \n";
  std::ofstream(runs() + "/.left") << "mlpipe run 1\npid 5\ntoken t\n";
  std::ofstream(runs() + "/real") << "mlpipe run 1\npid 5\ntoken t\n";
  ASSERT_EQ(::mkfifo((runs() + "/fifo").c_str(), 0600), 0);
  Locks locks(state());
  ASSERT_TRUE(locks.dead()) << locks.dead().error().message;
  EXPECT_EQ(locks.dead()->size(), 1U);
  EXPECT_TRUE(locks.alive()->empty());
  ASSERT_TRUE(locks.enter({"run", 1, "t"}));
  EXPECT_FALSE(fs::exists(runs() + "/.left"));
  EXPECT_FALSE(fs::exists(runs() + "/foreign"));
  EXPECT_TRUE(fs::exists(runs() + "/real"));
}

TEST_F(LocksTest, BadIdsAndTokensAreRefused) {
  Locks locks(state());
  const std::vector<RunInfo> bad{{"", 1, "t"},      {"../up", 1, "t"}, {".x", 1, "t"},
                                 {"a\nb", 1, "t"},  {"run", 0, "t"},   {"run", 1, ""},
                                 {"run", 1, "a\nb"}};
  for (const RunInfo& run : bad) {
    EXPECT_FALSE(locks.enter(run)) << run.run_id;
  }
  EXPECT_FALSE(locks.bury({"../stages", 1, "t"}));
}

TEST_F(LocksTest, AStateFolderThatCannotBeMadeIsAnError) {
  std::ofstream(dir_ + "/file") << "x";
  Locks locks(dir_ + "/file/.mlpipe");
  EXPECT_NE(locks.try_stage("a", shared).error().message.find("cannot make the folder"),
            std::string::npos);
  EXPECT_FALSE(locks.write());
  EXPECT_FALSE(locks.enter({"run", 1, "t"}));
}

}  // namespace
}  // namespace mlpipe::cache
