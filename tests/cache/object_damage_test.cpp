// The object store when things go wrong: damage, full disks, changed files, links into the cache,
// kills.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "tests/cache/workspace.hpp"

namespace mlpipe {
namespace {

using cache::Link;
using port::Content;
using port::EntryType;

std::string object_path(const Workspace& space, const Digest& digest) {
  return space.at(".mlpipe/objects/" + digest.hex().substr(0, 2) + "/" + digest.hex().substr(2));
}

void overwrite(const std::string& path, const std::string& bytes) {
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(ObjectDamage, WrongBytesAreNeverServed) {
  const Workspace space;
  auto store = space.store();
  for (const std::string& damage :
       {std::string("HELLO"), std::string(), std::string("hello and more")}) {
    const auto digest = store.put("hello");
    ASSERT_TRUE(digest);
    space.write("out", "the old one");
    overwrite(object_path(space, *digest), damage);
    const Content content{EntryType::file, *digest, 5};
    const auto restored = store.restore("out", content);
    ASSERT_FALSE(restored);
    EXPECT_EQ(restored.error().code, Code::not_found);
    EXPECT_EQ(space.read("out"), "the old one");
    EXPECT_FALSE(store.has(*digest));
    EXPECT_TRUE(space.exists(".mlpipe/corrupt/" + digest->hex()));
    EXPECT_EQ(space.count(".mlpipe/tmp"), 0U);
  }
}

TEST(ObjectDamage, TouchedButRightIsServed) {
  const Workspace space;
  auto store = space.store();
  const auto digest = store.put("hello");
  utimensat(AT_FDCWD, object_path(space, *digest).c_str(), nullptr, 0);
  EXPECT_TRUE(store.has(*digest));
  EXPECT_EQ(*store.read(*digest), "hello");
}

TEST(ObjectDamage, BytesThatKeepTheStampAreFoundWhereTheyAreParsed) {
  const Workspace space;
  auto store = space.store();
  const auto digest = store.put("hello");
  struct stat status {};
  const std::string path = object_path(space, *digest);
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  overwrite(path, "HELLO");
  const timespec times[2] = {status.st_atim, status.st_mtim};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  EXPECT_EQ(store.read(*digest).error().code, Code::not_found);
  EXPECT_FALSE(store.has(*digest));
}

TEST(ObjectDamage, MissingPartOfATreeLeavesTheOldTree) {
  const Workspace space;
  auto store = space.store();
  space.write("out/a", "a");
  space.write("out/sub/b", "b");
  const Content content = space.look("out");
  ASSERT_TRUE(store.put_path("out", content));
  std::filesystem::remove_all(space.at("out"));
  space.write("out/old", "old");
  std::filesystem::remove(object_path(space, sha256("b")));
  EXPECT_FALSE(store.has_all(content));
  EXPECT_EQ(store.restore("out", content).error().code, Code::not_found);
  EXPECT_EQ(space.read("out/old"), "old");
  EXPECT_FALSE(space.exists("out/a"));
  EXPECT_EQ(space.count(".mlpipe/tmp"), 0U);
  EXPECT_EQ(store.restore("out", {EntryType::tree, sha256("no such tree"), 0}).error().code,
            Code::not_found);
}

TEST(ObjectDamage, ChangedAfterTheLookIsNotStored) {
  const Workspace space;
  auto store = space.store();
  space.write("f", "before");
  space.write("t/x", "before in tree");
  std::filesystem::create_symlink("before", space.at("l"));
  const Content file = space.look("f");
  const Content tree = space.look("t");
  const Content link = space.look("l");
  space.write("f", "beyond");
  space.write("t/x", "beyond in tree");
  std::filesystem::remove(space.at("l"));
  std::filesystem::create_symlink("beyond", space.at("l"));
  for (const auto& [path, content] :
       {std::pair("f", file), std::pair("t", tree), std::pair("l", link), std::pair("gone", file),
        std::pair("f/below", file), std::pair("l", file), std::pair("f", tree)}) {
    const auto stored = store.put_path(path, content);
    ASSERT_FALSE(stored) << path;
    EXPECT_EQ(stored.error().code, Code::changed) << path << ": " << stored.error().message;
  }
  EXPECT_FALSE(store.has(file.digest) || store.has(link.digest));
  EXPECT_FALSE(store.has_all(tree));
  EXPECT_EQ(space.count(".mlpipe/tmp"), 0U);
}

class HardLinks : public testing::Test {
 protected:
  void SetUp() override {
    space_.write("x", "data");
    space_.write("empty", "");
    space_.write("run", "#!");
    chmod(space_.at("run").c_str(), 0755);
    auto plain = space_.store();
    for (const char* path : {"x", "empty", "run"}) {
      ASSERT_TRUE(plain.put_path(path, space_.look(path)));
    }
    unsetenv("MLPIPE_FORCE_HARDLINK");
  }
  void TearDown() override { unsetenv("MLPIPE_FORCE_HARDLINK"); }
  [[nodiscard]] nlink_t links(const std::string& path) const {
    struct stat status {};
    EXPECT_EQ(stat(space_.at(path).c_str(), &status), 0);
    return status.st_nlink;
  }
  Workspace space_;
};

TEST_F(HardLinks, RefusedToRoot) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "needs root, for whom hard links are refused";
  }
  auto store = space_.store(Link::hardlink);
  EXPECT_EQ(store.restore("y", space_.look("x")).error().code, Code::refused);
  EXPECT_FALSE(space_.exists("y"));
}

TEST_F(HardLinks, LinkFilesButNotEmptyOrExecutableOnes) {
  setenv("MLPIPE_FORCE_HARDLINK", "1", 1);
  auto store = space_.store(Link::hardlink);
  for (const char* path : {"x", "empty", "run"}) {
    const Content content = space_.look(path);
    ASSERT_TRUE(store.restore(std::string("linked-") + path, content));
    EXPECT_EQ(space_.look(std::string("linked-") + path), content);
  }
  EXPECT_EQ(links("linked-x"), 2U);
  EXPECT_EQ(links("linked-empty"), 1U);
  EXPECT_EQ(links("linked-run"), 1U);
  // Somebody writes through the link: the object is found to be damaged.
  overwrite(space_.at("linked-x"), "DATA");
  EXPECT_FALSE(store.has(sha256("data")));
  EXPECT_EQ(store.restore("again", {EntryType::file, sha256("data"), 4}).error().code,
            Code::not_found);
}

TEST(ObjectDamage, PathThroughAFileIsAnError) {
  const Workspace space;
  auto store = space.store();
  const auto digest = store.put("x");
  space.write("file", "stays");
  const auto restored = store.restore("file/below", {EntryType::file, *digest, 1});
  ASSERT_FALSE(restored);
  EXPECT_NE(restored.error().message.find("file"), std::string::npos);
  EXPECT_EQ(space.read("file"), "stays");
}

// A file system of one megabyte of its own.
class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(outer_.at("disk"));
    if (mount("mlpipe-test", outer_.at("disk").c_str(), "tmpfs", 0, "size=1m") != 0) {
      GTEST_SKIP() << "cannot mount a small file system: " << std::strerror(errno);
    }
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) {
      EXPECT_EQ(umount(outer_.at("disk").c_str()), 0);
    }
  }
  Workspace outer_;
  bool mounted_ = false;
};

TEST_F(FullDisk, NothingIsLostAndTheErrorSaysSo) {
  const Workspace space(outer_.at("disk"));
  auto store = space.store();
  space.write("small", "small");
  const Content small = space.look("small");
  ASSERT_TRUE(store.put_path("small", small));
  space.write("big", std::string(600U << 10U, 'b'));
  const Content big{EntryType::file, sha256(std::string(600U << 10U, 'b')), 600U << 10U};
  const auto stored = store.put_path("big", big);
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code, Code::no_space);
  EXPECT_FALSE(store.has(big.digest));
  EXPECT_EQ(space.count(".mlpipe/tmp"), 0U);
  EXPECT_FALSE(store.put(std::string(900U << 10U, 'c')));

  // Restoring: the old file stays.
  std::filesystem::remove(space.at("big"));
  ASSERT_TRUE(store.put(std::string(600U << 10U, 'b')));
  space.write("place", "old");
  const auto restored = store.restore("place", big);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, Code::no_space);
  EXPECT_EQ(space.read("place"), "old");
  EXPECT_EQ(space.count(".mlpipe/tmp"), 0U);
  ASSERT_TRUE(store.restore("place", small));
  EXPECT_EQ(space.read("place"), "small");
}

TEST_F(FullDisk, OutputOnAnotherFileSystem) {
  const Workspace space;
  auto store = space.store();
  space.write("out/x", "x");
  const Content tree = space.look("out");
  ASSERT_TRUE(store.put_path("out", tree));
  std::filesystem::create_symlink(outer_.at("disk"), space.at("elsewhere"));
  ASSERT_TRUE(store.restore("elsewhere/out", tree));
  ASSERT_TRUE(store.restore("elsewhere/out", tree));
  EXPECT_EQ(space.look("elsewhere/out"), tree);
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(outer_.at("disk"))) {
    ++entries;
  }
  EXPECT_EQ(entries, 1U);
  ASSERT_TRUE(store.restore("elsewhere/out", {}));
  EXPECT_FALSE(space.exists("elsewhere/out"));
}

// A child alternates an output between two trees and is killed at many different moments.
TEST(ObjectDamage, KilledWhileRestoringLeavesOneOfTheTwo) {
  const Workspace space;
  auto store = space.store();
  for (const char* tree : {"one", "two"}) {
    for (int i = 0; i < 30; ++i) {
      space.write(std::string(tree) + "/" + std::to_string(i % 5) + "/" + std::to_string(i), tree);
    }
  }
  const Content one = space.look("one");
  const Content two = space.look("two");
  ASSERT_TRUE(store.put_path("one", one) && store.put_path("two", two));
  ASSERT_TRUE(store.restore("out", one));
  for (int round = 0; round < 30; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      for (;;) {
        if (!store.restore("out", two) || !store.restore("out", one)) {
          _exit(1);
        }
      }
    }
    usleep(static_cast<useconds_t>(500 + round * 777));
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    const Content now = space.look("out");
    ASSERT_TRUE(now == one || now == two) << round;
  }
}

}  // namespace
}  // namespace mlpipe
