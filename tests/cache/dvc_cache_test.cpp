#include "runner/cache/dvc_cache.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "runner/base/md5.hpp"
#include "tests/cache/workspace.hpp"

namespace mlpipe {
namespace {

using cache::DvcCache;
using cache::DvcContent;
using cache::DvcFiles;
using cache::DvcHash;
using cache::DvcLayout;
using cache::DvcLink;

class DvcCacheTest : public testing::Test {
 protected:
  [[nodiscard]] DvcCache cache(std::vector<DvcLink> links = {DvcLink::copy}) {
    return DvcCache(space.at(".dvc/cache"), std::move(links), files);
  }
  DvcContent look(const std::string& path) {
    files.forget();
    const auto content = files.look(path, DvcHash::md5, rules);
    EXPECT_TRUE(content) << content.error().message;
    return content.value_or(DvcContent{});
  }
  Workspace space;
  IgnoreRules rules;
  DvcFiles files{space.state(), space.root()};
};

TEST_F(DvcCacheTest, AFolderIsNamedByItsList) {
  space.write("d/a", "1");
  space.write("d/s/b", "2");
  std::filesystem::create_directories(space.at("d/empty"));
  std::filesystem::create_symlink("a", space.at("d/link"));
  const DvcContent content = look("d");
  EXPECT_EQ(content.type, DvcContent::Type::folder);
  EXPECT_EQ(content.size, 3U);
  const std::string object = R"([{"md5": "c4ca4238a0b923820dcc509a6f75849b", "relpath": "a"}, )"
                             R"({"md5": "c4ca4238a0b923820dcc509a6f75849b", "relpath": "link"}, )"
                             R"({"md5": "c81e728d9d4c2f636f067f89cc14862c", "relpath": "s/b"}])";
  EXPECT_EQ(cache::dvc_folder_object(content.entries).value(), object);
  EXPECT_EQ(content.oid, md5_hex(object) + ".dir");
  EXPECT_EQ(cache::read_dvc_folder_object(object)->size(), 3U);
}

TEST_F(DvcCacheTest, FolderObjectsThatLeadOutsideAreRefused) {
  const std::string md5(32, 'a');
  for (const char* path : {"../x", "/x", "a/../../x", "", "a//b"}) {
    EXPECT_FALSE(
        cache::read_dvc_folder_object(R"([{"md5": ")" + md5 + R"(", "relpath": ")" + path + "\"}]"))
        << path;
  }
  EXPECT_FALSE(cache::read_dvc_folder_object("{}"));
  EXPECT_FALSE(cache::read_dvc_folder_object("["));
}

TEST_F(DvcCacheTest, WhatIsHiddenOrBrokenInAFolder) {
  space.write("d/a.log", "1");
  space.write("d/b", "2");
  rules.add("", "*.log\n");
  EXPECT_EQ(look("d").entries.size(), 1U);
  std::filesystem::create_symlink("nothing", space.at("d/broken"));
  files.forget();
  EXPECT_FALSE(files.look("d", DvcHash::md5, rules));
  std::filesystem::remove(space.at("d/broken"));
  space.write("d/.dvcignore", "x\n");
  EXPECT_FALSE(files.look("d", DvcHash::md5, rules));
}

TEST_F(DvcCacheTest, ContentGoesInAndComesBack) {
  space.write("d/a", "1");
  space.write("d/s/b", "2");
  const DvcContent content = look("d");
  const DvcCache store = cache();
  ASSERT_TRUE(store.put(space.at("d"), content, DvcLayout::current));
  EXPECT_TRUE(store.has_all(content.oid, DvcLayout::current));
  struct stat status {};
  ASSERT_EQ(
      stat(store.path_of("c4ca4238a0b923820dcc509a6f75849b", DvcLayout::current).c_str(), &status),
      0);
  EXPECT_EQ(status.st_mode & 07777U, 0444U);
  std::filesystem::remove_all(space.at("d"));
  space.write("d/stranger", "x");
  ASSERT_TRUE(store.checkout(space.at("d"), {content.oid, DvcLayout::current, false}));
  EXPECT_EQ(look("d").oid, content.oid);
  EXPECT_FALSE(space.exists("d/stranger"));
}

TEST_F(DvcCacheTest, AnObjectThatLiesReachesNobody) {
  space.write("f", "1");
  const DvcContent content = look("f");
  const DvcCache store = cache();
  ASSERT_TRUE(store.put(space.at("f"), content, DvcLayout::current));
  const std::string object = store.path_of(content.oid, DvcLayout::current);
  chmod(object.c_str(), 0644);
  space.write(object.substr(space.root().size() + 1), "bad");
  chmod(object.c_str(), 0444);
  space.write("f", "mine");
  const Status done = store.checkout(space.at("f"), {content.oid, DvcLayout::current, false});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::corrupt);
  EXPECT_EQ(space.read("f"), "mine");
}

TEST_F(DvcCacheTest, LinksShareAndUnprotectMakesCopies) {
  space.write("f", "1");
  space.write("e", "");
  const DvcCache store = cache({DvcLink::hardlink, DvcLink::copy});
  for (const char* name : {"f", "e"}) {
    const DvcContent content = look(name);
    ASSERT_TRUE(store.put(space.at(name), content, DvcLayout::current));
    ASSERT_TRUE(store.relink(space.at(name), content, DvcLayout::current));
  }
  struct stat status {};
  ASSERT_EQ(stat(space.at("f").c_str(), &status), 0);
  EXPECT_EQ(status.st_nlink, 2U);
  EXPECT_EQ(status.st_mode & 0222U, 0U);
  ASSERT_EQ(stat(space.at("e").c_str(), &status), 0);
  EXPECT_EQ(status.st_nlink, 1U);  // an empty file is never shared
  ASSERT_TRUE(cache::unshare_path(space.at("f")));
  ASSERT_EQ(stat(space.at("f").c_str(), &status), 0);
  EXPECT_EQ(status.st_nlink, 1U);
  EXPECT_NE(status.st_mode & 0200U, 0U);
}

TEST_F(DvcCacheTest, TheOldHashTakesLineEndsTogether) {
  space.write("dos", "a\r\nb\r\n");
  space.write("unix", "a\nb\n");
  EXPECT_EQ(files.look_file("dos", DvcHash::md5_dos2unix)->md5, md5_hex("a\nb\n"));
  EXPECT_EQ(files.look_file("dos", DvcHash::md5)->md5, md5_hex("a\r\nb\r\n"));
  EXPECT_EQ(files.look_file("unix", DvcHash::md5_dos2unix)->md5, md5_hex("a\nb\n"));
}

}  // namespace
}  // namespace mlpipe
