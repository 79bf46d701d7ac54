#include "runner/adapter/environ_scan.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "tests/adapter/children.hpp"

namespace mlpipe {
namespace {

using std::chrono::milliseconds;

// A process that nobody's executor knows, as one of a run that was killed.
class Stray {
 public:
  Stray(const std::string& behaviour, const std::string& variable, const std::string& ready)
      : pid_(::fork()) {
    if (pid_ == 0) {
      ::setsid();
      const std::string script = behaviour + "echo > " + ready + "; while :; do sleep 0.05; done";
      ::execle("/bin/sh", "sh", "-c", script.c_str(), nullptr,
               std::vector<const char*>{"PATH=/usr/bin:/bin", variable.c_str(), nullptr}.data());
      ::_exit(127);
    }
    while (!std::filesystem::exists(ready)) {
      std::this_thread::sleep_for(milliseconds(1));
    }
  }
  ~Stray() {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Stray(const Stray&) = delete;
  Stray& operator=(const Stray&) = delete;
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

class EnvironScanTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  std::string value_ = "run-" + std::to_string(::getpid()) + folder_.path();
};

TEST_F(EnvironScanTest, EndsExactlyThoseWithTheValue) {
  const Stray first("", "MLPIPE_TEST=" + value_, folder_ / "1");
  const Stray second("", "MLPIPE_TEST=" + value_, folder_ / "2");
  const Stray longer("", "MLPIPE_TEST=" + value_ + "0", folder_ / "3");
  const Stray other("", "XMLPIPE_TEST=" + value_, folder_ / "4");
  const auto ended = adapter::end_processes_with("MLPIPE_TEST", value_, std::chrono::seconds(60));
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_GE(*ended, 2U);  // and perhaps a sleep of theirs
  EXPECT_FALSE(is_alive(first.pid()));
  EXPECT_FALSE(is_alive(second.pid()));
  EXPECT_TRUE(is_alive(longer.pid()));
  EXPECT_TRUE(is_alive(other.pid()));
}

TEST_F(EnvironScanTest, KillsWhatIgnoresTheRequest) {
  const Stray stubborn("trap '' TERM; ", "MLPIPE_TEST=" + value_, folder_ / "1");
  const auto ended = adapter::end_processes_with("MLPIPE_TEST", value_, milliseconds(50));
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_FALSE(is_alive(stubborn.pid()));
}

TEST_F(EnvironScanTest, EndsAStoppedProcess) {
  const Stray stopped("", "MLPIPE_TEST=" + value_, folder_ / "1");
  ::kill(stopped.pid(), SIGSTOP);
  ASSERT_TRUE(adapter::end_processes_with("MLPIPE_TEST", value_, std::chrono::seconds(60)));
  EXPECT_FALSE(is_alive(stopped.pid()));
}

TEST_F(EnvironScanTest, NobodyIsNotAnError) {
  EXPECT_EQ(*adapter::end_processes_with("MLPIPE_TEST", value_, milliseconds(0)), 0U);
  EXPECT_FALSE(adapter::end_processes_with("", "x", milliseconds(0)));
  EXPECT_FALSE(adapter::end_processes_with("MLPIPE_TEST", "", milliseconds(0)));
}

TEST_F(EnvironScanTest, NeitherWeNorOurParentsAreEnded) {
  // The child inherits the value, and so does the shell that waits for it.
  const std::string script = child({}).argv[0] + " --child end-own " + value_ + "; echo alive";
  ::setenv("MLPIPE_TEST", value_.c_str(), 1);
  FILE* const pipe = ::popen(script.c_str(), "r");
  std::string text(64, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), pipe));
  ::pclose(pipe);
  ::unsetenv("MLPIPE_TEST");
  EXPECT_EQ(text, "ended 0\nalive\n");
}

TEST(EnvironmentTest, ValuesAreFoundByTheirWholeName) {
  const std::string environment("A=1\0AB=2\0EMPTY=\0B=x=y\0TORN", 27);
  EXPECT_EQ(adapter::value_in(environment, "A"), "1");
  EXPECT_EQ(adapter::value_in(environment, "AB"), "2");
  EXPECT_EQ(adapter::value_in(environment, "B"), "x=y");
  EXPECT_EQ(adapter::value_in(environment, "EMPTY"), "");
  EXPECT_EQ(adapter::value_in(environment, "TORN"), "");
  EXPECT_EQ(adapter::value_in("", "A"), "");
}

TEST(EnvironmentTest, ParentsAndProcessesAreSeen) {
  EXPECT_EQ(adapter::parent_of(::getpid()), ::getppid());
  const auto all = adapter::all_processes();
  EXPECT_NE(std::find(all.begin(), all.end(), ::getpid()), all.end());
}

}  // namespace
}  // namespace mlpipe
