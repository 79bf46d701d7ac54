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

namespace mlpipe::cache {
namespace {

namespace fs = std::filesystem;

// A forked process that did something, said whether it worked, and now waits to be killed or let
// go.
class Child {
 public:
  // `act` returns what must be kept until the end, or nothing.
  template <class Act>
  explicit Child(Act act) {
    int up[2];
    int down[2];
    if (::pipe(up) != 0 || ::pipe(down) != 0) {
      std::abort();
    }
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(up[0]);
      ::close(down[1]);
      {
        const auto kept = act();
        const char answer = kept ? 'y' : 'n';
        char byte = 0;
        (void)!::write(up[1], &answer, 1);
        (void)!::read(down[0], &byte, 1);
      }
      ::_exit(0);
    }
    ::close(up[1]);
    ::close(down[0]);
    up_ = up[0];
    down_ = down[1];
  }
  ~Child() {
    kill();
    ::close(up_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] bool worked() {
    char answer = 'n';
    return ::read(up_, &answer, 1) == 1 && answer == 'y';
  }
  void kill() { end(SIGKILL); }
  void let_go() { end(0); }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  void end(int signal) {
    if (pid_ > 0) {
      if (signal != 0) {
        ::kill(pid_, signal);
      }
      ::close(down_);
      ::waitpid(pid_, nullptr, 0);
      pid_ = -1;
    }
  }

  pid_t pid_ = -1;
  int up_ = -1;
  int down_ = -1;
};

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

class GpuTest : public LocksTest {
 protected:
  GpuTest() {
    ::setenv("MLPIPE_LOCK_DIR", (dir_ + "/gpus").c_str(), 1);
    ::setenv("MLPIPE_GPUS", "3", 1);
    ::unsetenv("CUDA_VISIBLE_DEVICES");
  }
  ~GpuTest() override {
    ::unsetenv("MLPIPE_LOCK_DIR");
    ::unsetenv("MLPIPE_GPUS");
    ::unsetenv("CUDA_VISIBLE_DEVICES");
  }
};

std::optional<GpuSlots> take_gpus(std::uint32_t count) {
  auto slots = try_gpus(count);
  EXPECT_TRUE(slots) << slots.error().message;
  return slots ? std::move(*slots) : std::nullopt;
}

using Ids = std::vector<std::uint32_t>;

TEST_F(GpuTest, SlotsAreGivenOnceAndComeBack) {
  EXPECT_EQ(gpu_count(), 3U);
  auto two = take_gpus(2);
  ASSERT_TRUE(two);
  EXPECT_EQ(two->ids, (Ids{0, 1}));
  EXPECT_FALSE(take_gpus(2));
  EXPECT_EQ(take_gpus(1)->ids, Ids{2});  // and what the refused one took is free again
  two.reset();
  EXPECT_EQ(take_gpus(3)->ids, (Ids{0, 1, 2}));
  EXPECT_TRUE(take_gpus(0)->ids.empty());
}

TEST_F(GpuTest, AKilledHolderLetsGo) {
  Child child([] { return take_gpus(3); });
  ASSERT_TRUE(child.worked());
  EXPECT_FALSE(take_gpus(1));
  child.kill();
  EXPECT_TRUE(take_gpus(3));
}

TEST_F(GpuTest, OnlyVisibleDevices) {
  ::setenv("CUDA_VISIBLE_DEVICES", "2, 0,2,-1,1", 1);
  EXPECT_EQ(take_gpus(2)->ids, (Ids{2, 0}));
  const auto three = try_gpus(3);
  ASSERT_FALSE(three);
  EXPECT_EQ(three.error().code, Code::refused);
  ::setenv("CUDA_VISIBLE_DEVICES", "", 1);
  EXPECT_FALSE(try_gpus(1));
  ::setenv("CUDA_VISIBLE_DEVICES", "GPU-8f1b", 1);
  EXPECT_EQ(try_gpus(1).error().code, Code::usage);
}

TEST_F(GpuTest, MoreThanThereAreIsAnErrorNotAWait) {
  EXPECT_EQ(try_gpus(4).error().code, Code::refused);
  ::setenv("MLPIPE_GPUS", "many", 1);
  EXPECT_EQ(gpu_count(), 0U);
  EXPECT_FALSE(try_gpus(1));
}

TEST_F(GpuTest, AnotherUserSharesTheSlots) {
  const mode_t before = ::umask(077);
  auto mine = take_gpus(1);
  ::umask(before);
  ASSERT_TRUE(mine);
  struct stat found {};
  ASSERT_EQ(::stat((dir_ + "/gpus").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 01777U);
  ASSERT_EQ(::stat((dir_ + "/gpus/gpu-0").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0666U);
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can become another user";
  }
  fs::permissions(dir_, fs::perms::all);
  Child nobody([]() -> std::optional<GpuSlots> {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) {
      return std::nullopt;
    }
    auto slots = take_gpus(1);
    return slots && slots->ids == Ids{1} ? std::move(slots) : std::nullopt;
  });
  EXPECT_TRUE(nobody.worked());
  EXPECT_EQ(take_gpus(1)->ids, Ids{2});  // a file that the other user made
  mine.reset();
  EXPECT_EQ(take_gpus(2)->ids, (Ids{0, 2}));
}

TEST_F(GpuTest, ALinkInPlaceOfASlotIsNotFollowed) {
  fs::create_directories(dir_ + "/gpus");
  fs::create_symlink(dir_ + "/target", dir_ + "/gpus/gpu-0");
  EXPECT_FALSE(try_gpus(1));
  EXPECT_FALSE(fs::exists(dir_ + "/target"));
}

}  // namespace
}  // namespace mlpipe::cache
