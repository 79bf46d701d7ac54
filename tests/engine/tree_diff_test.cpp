#include "runner/engine/tree_diff.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "runner/cache/index.hpp"
#include "tests/cache/workspace.hpp"

namespace mlpipe {
namespace {

namespace fs = std::filesystem;

// "modified src/a" per file, in order.
std::vector<std::string> lines(const engine::TreeDiff& diff) {
  std::vector<std::string> found;
  for (const engine::FileChange& file : diff.files) {
    found.push_back(std::string(plan::name(file.change)) + " " + file.path);
  }
  return found;
}

class TreeDiff : public testing::Test {
 protected:
  [[nodiscard]] engine::TreeDiff diff(const port::Content& then, const port::Content& now,
                                      std::size_t limit = 100) const {
    return engine::diff_trees(space.store(), "src", then, now, limit);
  }
  Workspace space;
};

TEST_F(TreeDiff, NamesWhatWasAddedRemovedAndModifiedByPath) {
  space.write("src/a", "1");
  space.write("src/deep/er/b", "2");
  space.write("src/gone", "3");
  space.write("src/same", "4");
  const port::Content then = space.look("src");
  space.write("src/deep/er/b", "22");
  space.write("src/deep/new\nline é", "5");
  fs::remove(space.at("src/gone"));
  const auto found = diff(then, space.look("src"));
  EXPECT_EQ(lines(found),
            (std::vector<std::string>{"modified src/deep/er/b", "added src/deep/new\nline é",
                                      "removed src/gone"}));
  EXPECT_EQ(found.count, 3U);
  EXPECT_EQ(found.files[0].old_value, sha256("2").short_hex());
  EXPECT_EQ(found.files[0].new_value, sha256("22").short_hex());
}

TEST_F(TreeDiff, EqualFoldersDoNotDifferEvenWhereTheyCannotBeRead) {
  const port::Content unknown{port::EntryType::tree, sha256("nobody stored this"), 0};
  const auto found = diff(unknown, unknown);
  EXPECT_TRUE(found.files.empty());
  EXPECT_TRUE(found.unread.empty());
}

TEST_F(TreeDiff, AnExecutableBitIsAChangeOfType) {
  space.write("src/run", "x");
  const port::Content then = space.look("src");
  fs::permissions(space.at("src/run"), fs::perms::owner_all);
  const auto found = diff(then, space.look("src"));
  ASSERT_EQ(found.files.size(), 1U);
  EXPECT_EQ(found.files[0].old_value, "file " + sha256("x").short_hex());
  EXPECT_EQ(found.files[0].new_value, "exec " + sha256("x").short_hex());
}

TEST_F(TreeDiff, AFileThatBecameAFolderIsGoneAndItsFilesAreNew) {
  space.write("src/x", "file");
  const port::Content then = space.look("src");
  fs::remove(space.at("src/x"));
  space.write("src/x/inside", "1");
  EXPECT_EQ(lines(diff(then, space.look("src"))),
            (std::vector<std::string>{"removed src/x", "added src/x/inside"}));
}

TEST_F(TreeDiff, EmptyFoldersCount) {
  space.write("src/a", "1");
  const port::Content then = space.look("src");
  fs::create_directories(space.at("src/empty"));
  EXPECT_EQ(lines(diff(then, space.look("src"))), (std::vector<std::string>{"added src/empty/"}));
  EXPECT_EQ(lines(diff(space.look("src"), then)), (std::vector<std::string>{"removed src/empty/"}));
}

TEST_F(TreeDiff, TheListIsCutButTheCountIsNot) {
  fs::create_directories(space.at("src"));
  const port::Content then = space.look("src");
  for (int i = 0; i < 50; ++i) {
    space.write("src/" + std::to_string(i), "x");
  }
  const auto found = diff(then, space.look("src"), 7);
  EXPECT_EQ(found.files.size(), 7U);
  EXPECT_EQ(found.count, 50U);
}

TEST_F(TreeDiff, AListingThatIsGoneIsSaidNotGuessed) {
  space.write("src/sub/a", "1");
  space.write("src/b", "1");
  const port::Content then = space.look("src");
  const Digest sub = space.look("src/sub").digest;
  space.write("src/sub/a", "2");
  space.write("src/b", "2");
  const port::Content now = space.look("src");
  fs::remove(space.at(".mlpipe/objects/" + sub.hex().substr(0, 2) + "/" + sub.hex().substr(2)));
  const auto found = diff(then, now);
  EXPECT_EQ(lines(found), (std::vector<std::string>{"modified src/b"}));
  EXPECT_EQ(found.unread, (std::vector<std::string>{"src/sub"}));
}

}  // namespace
}  // namespace mlpipe
