#include "runner/cache/object_store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/cache/workspace.hpp"

namespace mlpipe {
namespace {

using cache::Link;
using cache::View;
using port::Content;
using port::EntryType;

mode_t mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777U;
}

TEST(ObjectStore, PutsAndReadsBytes) {
  const Workspace space;
  auto store = space.store();
  EXPECT_FALSE(space.exists(".mlpipe"));
  const auto digest = store.put("hello");
  ASSERT_TRUE(digest);
  EXPECT_EQ(*digest, sha256("hello"));
  EXPECT_TRUE(store.has(*digest));
  EXPECT_EQ(*store.read(*digest), "hello");
  EXPECT_EQ(*store.put("hello"), *digest);
  EXPECT_EQ(mode_of(space.at(".mlpipe/objects/2c/") + digest->hex().substr(2)), 0444U);
  EXPECT_EQ(space.count(".mlpipe/tmp"), 0U);
  EXPECT_EQ(store.read(sha256("other")).error().code, Code::not_found);
}

TEST(ObjectStore, FileComesBackWithItsModeAndAFreshTime) {
  const Workspace space;
  auto store = space.store();
  space.write("build/run.sh", "#!/bin/sh\n");
  chmod(space.at("build/run.sh").c_str(), 0700);
  const Content content = space.look("build/run.sh");
  EXPECT_EQ(content.type, EntryType::executable);
  ASSERT_TRUE(store.put_path("build/run.sh", content));
  std::filesystem::remove_all(space.at("build"));
  const mode_t mask = umask(022);
  ASSERT_TRUE(store.restore("build/run.sh", content));
  umask(mask);
  EXPECT_EQ(space.read("build/run.sh"), "#!/bin/sh\n");
  EXPECT_EQ(mode_of(space.at("build/run.sh")), 0755U);
  struct stat status {};
  stat(space.at("build/run.sh").c_str(), &status);
  EXPECT_LT(std::time(nullptr) - status.st_mtim.tv_sec, 3600);
  EXPECT_EQ(space.look("build/run.sh"), content);
}

TEST(ObjectStore, TreeComesBackWhole) {
  const Workspace space;
  auto store = space.store();
  space.write("out/a.txt", "a");
  space.write("out/deep/er/b\nc.txt", "b");
  space.write("out/deep/übung", "");
  std::filesystem::create_directories(space.at("out/empty/inner"));
  std::filesystem::create_symlink("../nowhere", space.at("out/deep/link"));
  const Content content = space.look("out");
  ASSERT_EQ(content.type, EntryType::tree);
  EXPECT_EQ(content.size, 2U);
  ASSERT_TRUE(store.put_path("out", content));
  EXPECT_TRUE(store.has_all(content));
  std::filesystem::remove_all(space.at("out"));
  ASSERT_TRUE(store.restore("out", content));
  EXPECT_EQ(space.look("out"), content);
  EXPECT_EQ(std::filesystem::read_symlink(space.at("out/deep/link")), "../nowhere");
  EXPECT_TRUE(std::filesystem::is_empty(space.at("out/empty/inner")));
  EXPECT_EQ(space.count(".mlpipe/tmp"), 0U);
}

TEST(ObjectStore, RestoreReplacesWhateverStandsThere) {
  const Workspace space;
  auto store = space.store();
  space.write("tree/new", "n");
  space.write("file", "f");
  std::filesystem::create_symlink("file", space.at("link"));
  const Content tree = space.look("tree");
  const Content file = space.look("file");
  const Content link = space.look("link");
  ASSERT_TRUE(store.put_path("tree", tree));
  ASSERT_TRUE(store.put_path("file", file));
  ASSERT_TRUE(store.put_path("link", link));
  // Every type over every other one, at one place.
  for (const Content& before : {tree, file, link}) {
    for (const Content& after : {tree, file, link, Content{}}) {
      ASSERT_TRUE(store.restore("sub/place", before));
      ASSERT_TRUE(store.restore("sub/place", after)) << to_text(before) << " " << to_text(after);
      EXPECT_EQ(space.look("sub/place"), after);
      EXPECT_EQ(space.count(".mlpipe/tmp"), 0U);
    }
  }
  EXPECT_EQ(space.read("file"), "f");
}

}  // namespace
}  // namespace mlpipe
