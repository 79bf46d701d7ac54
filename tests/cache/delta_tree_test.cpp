// A folder that is a Delta table: a commit is a change, a vacuum or a checkpoint is none.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/cache/index_fixture.hpp"

namespace mlpipe {
namespace {

using Names = std::vector<std::string>;

class DeltaTreeTest : public IndexTest {
 protected:
  void commit(int version, const std::string& text) {
    space_.write("t/_delta_log/0000000000000000000" + std::to_string(version) + ".json", text);
  }
  static std::string add(const std::string& path) {
    return R"({"add":{"path":")" + path +
           R"(","partitionValues":{},"size":1,"dataChange":true}})"
           "\n";
  }
  static std::string remove(const std::string& path) {
    return R"({"remove":{"path":")" + path +
           R"(","dataChange":true}})"
           "\n";
  }
  Digest digest() {
    auto index = open();
    return look(index, "t").digest;
  }
  void SetUp() override {
    space_.write("t/day=1/old.parquet", "1");
    space_.write("t/day=2/a b.parquet", "2");
    commit(0, add("day=1/old.parquet"));
    commit(1, remove("day=1/old.parquet") + add("day=2/a%20b.parquet"));
  }
};

TEST_F(DeltaTreeTest, CommitsAndLiveFilesCount) {
  auto index = open();
  const auto tree = look(index, "t");
  EXPECT_EQ(names(tree), (Names{"_delta_log", "day=2"}));
  EXPECT_EQ(names(child(tree, "day=2")), (Names{"a b.parquet"}));
  EXPECT_EQ(names(child(tree, "_delta_log")),
            (Names{"00000000000000000000.json", "00000000000000000001.json"}));
}

TEST_F(DeltaTreeTest, ACommitIsAChangeAndAVacuumIsNone) {
  const Digest before = digest();
  space_.write("t/_delta_log/00000000000000000001.checkpoint.parquet", "x");
  space_.write("t/_delta_log/_last_checkpoint", "x");
  space_.write("t/_delta_log/.00000000000000000001.json.crc", "x");
  space_.write("t/day=3/orphan.parquet", "never committed");
  std::filesystem::remove_all(space_.at("t/day=1"));
  EXPECT_EQ(digest(), before);
  space_.write("t/day=2/a b.parquet", "tampered");
  EXPECT_NE(digest(), before);
  space_.write("t/day=2/a b.parquet", "2");
  EXPECT_EQ(digest(), before);
  commit(2, add("day=3/orphan.parquet"));
  EXPECT_NE(digest(), before);
}

TEST_F(DeltaTreeTest, DeletionVectorsCount) {
  commit(2, R"({"add":{"path":"day=2/a%20b.parquet","partitionValues":{},"deletionVector":)"
            R"({"storageType":"u","pathOrInlineDv":"vBn[lx{q8@P<9BNH/isA","offset":1,)"
            R"("sizeInBytes":36,"cardinality":2}}})"
            "\n");
  space_.write("t/deletion_vector_61d16c75-6994-46b7-a15b-8b538852e50e.bin", "1");
  space_.write("t/deletion_vector_00000000-0000-0000-0000-000000000000.bin", "2");
  auto index = open();
  EXPECT_EQ(
      names(look(index, "t")),
      (Names{"_delta_log", "day=2", "deletion_vector_61d16c75-6994-46b7-a15b-8b538852e50e.bin"}));
}

TEST_F(DeltaTreeTest, ALogWithoutItsFirstCommitsCountsWhatItCannotRuleOut) {
  std::filesystem::remove(space_.at("t/_delta_log/00000000000000000000.json"));
  space_.write("t/kept.parquet", "named by the checkpoint alone");
  auto index = open();
  const auto tree = look(index, "t");
  EXPECT_EQ(names(tree), (Names{"_delta_log", "day=1", "day=2", "kept.parquet"}));
  EXPECT_TRUE(names(child(tree, "day=1")).empty());
}

TEST_F(DeltaTreeTest, WithoutCommitsTheWholeLogCounts) {
  std::filesystem::remove_all(space_.at("t/_delta_log"));
  space_.write("t/_delta_log/00000000000000000007.checkpoint.parquet", "x");
  space_.write("t/_delta_log/_last_checkpoint", "x");
  const Digest before = digest();
  space_.write("t/_delta_log/_last_checkpoint", "y");
  EXPECT_EQ(digest(), before);
  space_.write("t/_delta_log/00000000000000000007.checkpoint.parquet", "y");
  EXPECT_NE(digest(), before);
}

TEST_F(DeltaTreeTest, ABrokenLogHidesNothing) {
  commit(2, "no JSON\n");
  auto index = open();
  EXPECT_EQ(names(look(index, "t")), (Names{"_delta_log", "day=1", "day=2"}));
}

TEST_F(DeltaTreeTest, AsAnOutputEverythingCounts) {
  auto index = open();
  EXPECT_EQ(names(look(index, "t", cache::View::output)), (Names{"_delta_log", "day=1", "day=2"}));
}

TEST_F(DeltaTreeTest, ATableInsideAFolder) {
  auto index = open();
  space_.write("plain", "1");
  const auto root = look(index, ".");
  EXPECT_EQ(names(child(root, "t")), (Names{"_delta_log", "day=2"}));
  const auto names_of_root = names(root);
  EXPECT_NE(std::find(names_of_root.begin(), names_of_root.end(), "plain"), names_of_root.end());
}

}  // namespace
}  // namespace mlpipe
