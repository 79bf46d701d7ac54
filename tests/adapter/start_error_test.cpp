// What a person reads when a process cannot be started; and that nothing is left of the attempt.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "tests/adapter/children.hpp"

namespace mlpipe {
namespace {

class StartErrorTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = adapter::make_local_executor();
    ASSERT_TRUE(made) << made.error().message;
    executor_ = std::move(*made);
  }
  void TearDown() override {
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a zombie is left";
    EXPECT_EQ(errno, ECHILD);
  }
  void expect_refused(const port::Command& command, Code code, const std::string& part) {
    const auto id = executor_->start(command);
    ASSERT_FALSE(id) << "it started";
    EXPECT_EQ(id.error().code, code) << id.error().message;
    EXPECT_NE(id.error().message.find(part), std::string::npos) << id.error().message;
  }
  std::string script(const std::string& name, const std::string& text, mode_t mode) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    ::chmod((folder_ / name).c_str(), mode);
    return folder_ / name;
  }
  port::Command command(std::vector<std::string> argv) {
    port::Command result;
    result.argv = std::move(argv);
    result.working_dir = folder_.path();
    result.env = {{"PATH", "/nowhere:bin"}};
    return result;
  }
  TemporaryFolder folder_;
  std::unique_ptr<port::Executor> executor_;
};

TEST_F(StartErrorTest, AnUnknownProgramNamesThePath) {
  expect_refused(command({"no-such\nprogram"}), Code::not_found, "/nowhere:bin");
  expect_refused(command({"no-such"}), Code::not_found, "'no-such'");
  expect_refused(command({"./no-such"}), Code::not_found, folder_ / "./no-such");
  expect_refused(command({"/no/such"}), Code::not_found, "/no/such");
}

TEST_F(StartErrorTest, TheCallersPathIsNotUsed) {
  expect_refused(command({"sh", "-c", ":"}), Code::not_found, "/nowhere:bin");
}

TEST_F(StartErrorTest, AFileThatIsNotExecutableSaysSo) {
  std::filesystem::create_directory(folder_ / "bin");
  script("bin/plain", "#!/bin/sh\n", 0644);
  expect_refused(command({"plain"}), Code::permission, "chmod +x");
  expect_refused(command({"bin/plain"}), Code::permission, "chmod +x");
  expect_refused(command({"./bin"}), Code::permission, "is a folder");
}

TEST_F(StartErrorTest, AScriptsInterpreterIsNamed) {
  script("lost", "#! /no/such/python3 -u\n", 0755);
  expect_refused(command({"./lost"}), Code::not_found, "'/no/such/python3'");
  script("text", "print(1)\n", 0755);
  expect_refused(command({"./text"}), Code::invalid, "#!");
  script("empty", "", 0755);
  expect_refused(command({"./empty"}), Code::invalid, "#!");
}

TEST_F(StartErrorTest, TheWorkingFolderIsNamed) {
  auto missing = command({"/bin/true"});
  missing.working_dir = folder_ / "gone";
  expect_refused(missing, Code::not_found, folder_ / "gone");
  script("file", "", 0644);
  missing.working_dir = folder_ / "file";
  expect_refused(missing, Code::not_found, folder_ / "file");
  missing.working_dir = "relative";
  expect_refused(missing, Code::invalid, "relative");
  missing.working_dir = "";
  expect_refused(missing, Code::invalid, "absolute");
}

TEST_F(StartErrorTest, WhatNoProgramCanBeGivenIsRefused) {
  expect_refused(command({}), Code::invalid, "empty command");
  expect_refused(command({""}), Code::invalid, "empty command");
  expect_refused(command({"/bin/true", std::string("a\0b", 3)}), Code::invalid, "NUL");
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"", "x"}, {"A=B", "x"}, {"A", std::string("\0", 1)}}) {
    auto odd = command({"/bin/true"});
    odd.env = {{name, value}};
    expect_refused(odd, Code::invalid, "environment variable");
  }
}

TEST_F(StartErrorTest, TooMuchForTheSystemIsRefused) {
  expect_refused(command({"/bin/true", std::string(200'000, 'x')}), Code::invalid, "arguments");
  auto many = command({"/bin/true"});
  many.argv.resize(100'000, std::string(100, 'x'));
  expect_refused(many, Code::invalid, "arguments and environment");
  auto big = command({"/bin/true"});
  for (int i = 0; i < 100; ++i) {
    big.env.emplace_back("V" + std::to_string(i), std::string(100'000, 'x'));
  }
  expect_refused(big, Code::invalid, "arguments and environment");
}

TEST_F(StartErrorTest, AHugeEnvironmentWithinTheLimitsArrives) {
  auto command = child({"environment"});
  std::size_t expected = 0;
  for (int i = 0; i < 15; ++i) {
    command.env.emplace_back("V" + std::to_string(i), std::string(100'000, 'x'));
    expected += command.env.back().first.size() + 100'000 + 2;
  }
  EXPECT_EQ(run(*executor_, command).output.size(), expected);
}

TEST_F(StartErrorTest, WithoutDescriptorsTheLimitIsNamed) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit tight{256, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &tight);
  std::vector<int> held;
  for (int fd = 0; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) {
    held.push_back(fd);
  }
  ASSERT_EQ(errno, EMFILE);
  ::close(held.back());  // enough for the working folder, not for a pipe
  held.pop_back();
  const auto id = executor_->start(command({"/bin/true"}));
  for (const int fd : held) {
    ::close(fd);
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code, Code::io);
  EXPECT_NE(id.error().message.find("ulimit -n"), std::string::npos) << id.error().message;
  EXPECT_EQ(run(*executor_, command({"/bin/true"})).exit.code, 0);
}

}  // namespace
}  // namespace mlpipe
