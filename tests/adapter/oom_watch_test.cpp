#include "runner/adapter/oom_watch.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "tests/adapter/children.hpp"

namespace mlpipe {
namespace {

TEST(OomWatchTest, CountsOnlyUpwards) {
  adapter::OomWatch watch;
  const auto first = watch.kills();
  EXPECT_GE(watch.recent_kills(), first);
}

// A memory control group of version 1 with 64 MiB, where this machine lets us make one.
class OutOfMemoryTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream groups("/proc/self/cgroup");
    std::string ours = "/";
    for (std::string line; std::getline(groups, line);) {
      const auto at = line.find(":memory:");
      ours = at == std::string::npos ? ours : line.substr(at + 8);
    }
    group_ = "/sys/fs/cgroup/memory" + ours + "/mlpipe-test-" + std::to_string(::getpid());
    if (::mkdir(group_.c_str(), 0755) != 0) {
      const std::string reason = std::strerror(errno);
      group_.clear();
      GTEST_SKIP() << "no memory control group can be made here: " << reason;
    }
    std::ofstream(group_ + "/memory.limit_in_bytes") << (64 << 20);
  }
  void TearDown() override {
    // Busy until the kernel has seen the last member go.
    for (int i = 0; i < 1000 && !group_.empty() && ::rmdir(group_.c_str()) != 0; ++i) {
      ::usleep(1000);
    }
  }
  std::string run_inside(const std::string& script) {
    const std::string line =
        child({}).argv[0] + " --child oom-runner " + group_ + " '" + script + "'";
    FILE* const pipe = ::popen(line.c_str(), "r");
    std::string text(256, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), pipe));
    ::pclose(pipe);
    return text;
  }
  std::string hog_ = child({}).argv[0] + " --child memory 300";
  std::string group_;
};

TEST_F(OutOfMemoryTest, AProcessKilledForMemorySaysSo) {
  EXPECT_EQ(run_inside("exec " + hog_), "out of memory 9\n");
}

TEST_F(OutOfMemoryTest, AShellAroundItDoesNotHideIt) {
  EXPECT_EQ(run_inside(hog_ + "; exit $?"), "out of memory 9\n");
}

TEST_F(OutOfMemoryTest, AKillByAnybodyElseIsASignal) {
  EXPECT_EQ(run_inside("kill -KILL $$"), "otherwise 9\n");
}

TEST_F(OutOfMemoryTest, AKilledWorkerThatIsCopedWithIsNoFailureOfTheStage) {
  EXPECT_EQ(run_inside(hog_ + "; exit 3"), "otherwise 0\n");
}

}  // namespace
}  // namespace mlpipe
