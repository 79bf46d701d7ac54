#include "runner/cache/ignore.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace mlpipe {
namespace {

using cache::EntryIs;
using cache::Ignore;

bool ignores(const Ignore& ignore, const std::string& path, EntryIs entry = EntryIs::other) {
  return ignore.ignores(path, std::filesystem::path(path).filename().string(), entry);
}

TEST(Ignore, FixedListHoldsEverywhere) {
  const Ignore ignore;
  for (const char* path : {".git", "a/.mlpipe", "a/__pycache__", "x.pyc", "a/.ipynb_checkpoints",
                           ".DS_Store", "a/.x.py.swp", ".x.swo", "#x#", ".#x", "x~",
                           ".pytest_cache", ".mypy_cache", ".ruff_cache"}) {
    EXPECT_TRUE(ignores(ignore, path)) << path;
  }
  for (const char* path : {"git", ".gitignore", "a/pycache", "x.py", "x.swp", ".sw", "#", "a.#x",
                           ".env", ".pyc.d", ".mlpipeignore"}) {
    EXPECT_FALSE(ignores(ignore, path)) << path;
  }
  EXPECT_FALSE(ignores(ignore, "folder.pyc", EntryIs::folder));
}

TEST(Ignore, LinesWorkAsInGit) {
  const Ignore ignore(
      "# comment\n\n*.log\r\n/top\nsub/only\ntmp/\n!keep.log\ndeep/**/x\n\\#odd  \ntrail\\ \n");
  EXPECT_TRUE(ignores(ignore, "a/b/c.log"));
  EXPECT_FALSE(ignores(ignore, "a/keep.log"));
  EXPECT_TRUE(ignores(ignore, "top"));
  EXPECT_FALSE(ignores(ignore, "a/top"));
  EXPECT_TRUE(ignores(ignore, "sub/only"));
  EXPECT_FALSE(ignores(ignore, "a/sub/only"));
  EXPECT_TRUE(ignores(ignore, "a/tmp", EntryIs::folder));
  EXPECT_FALSE(ignores(ignore, "a/tmp", EntryIs::other));
  EXPECT_TRUE(ignores(ignore, "deep/x"));
  EXPECT_TRUE(ignores(ignore, "deep/1/2/x"));
  EXPECT_TRUE(ignores(ignore, "#odd"));
  EXPECT_FALSE(ignores(ignore, "comment"));
}

}  // namespace
}  // namespace mlpipe
