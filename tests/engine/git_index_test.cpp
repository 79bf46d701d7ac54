#include "runner/engine/dvc/git_index.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace mlpipe::engine::dvc {
namespace {

class GitIndex : public testing::TestWithParam<int> {};

TEST_P(GitIndex, SaysWhatGitTracks) {  // the file is git's own
  std::string folder = testing::TempDir() + "/git-index-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string command =
      "cd " + folder +
      " && git init -q . && mkdir -p d/s && touch a d/s/f d/t 'a name' ab other && git add a d "
      "'a name' ab && git update-index --index-version " +
      std::to_string(GetParam());
  ASSERT_EQ(std::system(command.c_str()), 0);
  const auto tracked = [&](const char* path) {
    return tracked_by_git(folder + "/" + path).value();
  };
  EXPECT_TRUE(tracked("a"));
  EXPECT_TRUE(tracked("ab"));
  EXPECT_TRUE(tracked("a name"));
  EXPECT_TRUE(tracked("d"));
  EXPECT_TRUE(tracked("d/s"));
  EXPECT_TRUE(tracked("d/s/f"));
  EXPECT_FALSE(tracked("other"));
  EXPECT_FALSE(tracked("d/s/g"));
  EXPECT_FALSE(tracked("d/"));
  std::filesystem::remove_all(folder);
}
INSTANTIATE_TEST_SUITE_P(Versions, GitIndex, testing::Values(2, 4));

TEST(GitIndexBytes, WhatIsNoIndexIsSaidToBeNone) {
  EXPECT_FALSE(index_names("", "a"));
  EXPECT_FALSE(index_names("DIRC", "a"));
  EXPECT_FALSE(index_names(std::string("DIRC\0\0\0\2\0\0\0\5", 12), "a"));
  EXPECT_FALSE(index_names(std::string("DIRC\0\0\0\11\0\0\0\0", 12), "a"));
  EXPECT_FALSE(index_names(
      std::string("DIRC\0\0\0\4\0\0\0\1", 12) + std::string(62, '\xFF') + std::string(20, '\xFF'),
      "a"));
}

}  // namespace
}  // namespace mlpipe::engine::dvc
