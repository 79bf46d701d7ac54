#include "runner/cache/hash_file.hpp"

#include <gtest/gtest.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

#include "tests/cache/workspace.hpp"

namespace mlpipe {
namespace {

using cache::Company;
using cache::Fd;

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>(i * 2654435761U >> 13U);
  }
  return bytes;
}

TEST(HashFile, EverySizeBothWays) {
  const Workspace space;
  constexpr std::size_t block = 1U << 20U;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, block / 8 - 1, block / 8, block / 8 + 1, block - 1, block,
        block + 1, 4 * block, 9 * block + 7}) {
    const std::string bytes = pattern(size);
    space.write("x", bytes);
    for (const Company company : {Company::alone, Company::others}) {
      const Fd in(open(space.at("x").c_str(), O_RDONLY));
      const Fd out(open(space.at("copy").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
      const auto stream = cache::hash_stream(in.get(), out.get(), size, company, "x");
      ASSERT_TRUE(stream);
      EXPECT_EQ(stream->digest, sha256(bytes)) << size;
      EXPECT_EQ(stream->size, size);
      EXPECT_EQ(space.read("copy"), bytes);
    }
  }
}

TEST(HashFile, ErrorsOfTheCopyAreErrors) {
  const Workspace space;
  space.write("x", pattern(5U << 20U));
  for (const Company company : {Company::alone, Company::others}) {
    const Fd in(open(space.at("x").c_str(), O_RDONLY));
    const Fd full(open("/dev/full", O_WRONLY));
    const auto stream = cache::hash_stream(in.get(), full.get(), 5U << 20U, company, "x");
    ASSERT_FALSE(stream);
    EXPECT_EQ(stream.error().code, Code::no_space);
  }
}

int growing = -1;
void grow(int) {
  (void)!write(growing, "x", 1);
}

// The timer counts our own processor time, so the file grows under the hash however busy the
// machine is.
TEST(HashFile, AFileThatNeverStandsStillIsNamed) {
  const Workspace space;
  space.write("d/log", "");
  ASSERT_EQ(truncate(space.at("d/log").c_str(), 200 << 20), 0);
  const Fd fd(open(space.at("d/log").c_str(), O_WRONLY | O_APPEND));
  growing = fd.get();
  struct sigaction action {};
  action.sa_handler = grow;
  action.sa_flags = SA_RESTART;
  struct sigaction before {};
  sigaction(SIGPROF, &action, &before);
  const itimerval often{{0, 1000}, {0, 1000}};
  const itimerval never{};
  setitimer(ITIMER_PROF, &often, nullptr);
  const auto hashed = cache::hash_stable(AT_FDCWD, space.at("d/log"), Company::alone, "d/log");
  setitimer(ITIMER_PROF, &never, nullptr);
  sigaction(SIGPROF, &before, nullptr);
  ASSERT_FALSE(hashed);
  EXPECT_EQ(hashed.error().code, Code::changed);
  EXPECT_NE(hashed.error().message.find("d/log"), std::string::npos);
}

TEST(HashFile, WhatIsNoFileAnyMoreDoesNotBlock) {
  const Workspace space;
  ASSERT_EQ(mkfifo(space.at("pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("pipe", space.at("link"));
  for (const char* name : {"pipe", "link", "none"}) {
    const auto hashed = cache::hash_stable(AT_FDCWD, space.at(name), Company::alone, name);
    ASSERT_FALSE(hashed) << name;
    EXPECT_EQ(hashed.error().code, Code::changed);
  }
}

TEST(ForEachIndex, CallsEachOnce) {
  for (const std::size_t workers : {std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{1000}}) {
      std::vector<std::atomic<int>> calls(count);
      cache::for_each_index(count, workers, [&](std::size_t i) { ++calls[i]; });
      for (const auto& call : calls) {
        EXPECT_EQ(call, 1);
      }
    }
  }
}

}  // namespace
}  // namespace mlpipe
