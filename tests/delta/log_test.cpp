#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "runner/delta/log_folder.hpp"
#include "runner/delta/replay.hpp"

namespace mlpipe::delta {
namespace {

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "delta.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    std::filesystem::create_directories(root_ + "/_delta_log");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }
  std::string write(const std::string& name, const std::string& text = "") const {
    const std::string path = root_ + "/_delta_log/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::string root_;
};

TEST_F(LogTest, NamesTellVersions) {
  for (const char* name :
       {"00000000000000000000.json", "00000000000000000001.json", ".00000000000000000001.json.crc",
        "00000000000000000001.checkpoint.parquet", "0.json", "00000000000000000002.json.tmp",
        "00000000000000000003.checkpoint.0000000001.0000000002.parquet", "_last_checkpoint",
        "00000000000000000002.compacted.json"}) {
    write(name, "x");
  }
  auto log = list_log(root_);
  ASSERT_TRUE(log);
  EXPECT_EQ(log->commits.size(), 2U);
  ASSERT_EQ(log->checkpoints.size(), 1U);  // the one of two parts lacks one
  EXPECT_EQ(log->newest(), 1);
  write("00000000000000000003.checkpoint.0000000002.0000000002.parquet");
  write("00000000000000000004.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json");
  log = list_log(root_);
  ASSERT_EQ(log->checkpoints.size(), 3U);
  EXPECT_EQ(log->checkpoints[1].parts.size(), 2U);
  EXPECT_EQ(log->newest(), 4);
  EXPECT_EQ(log->checkpoint_before(3)->version, 3);
  EXPECT_EQ(log->checkpoint_before(2)->version, 1);
  EXPECT_EQ(log->checkpoint_before(0), nullptr);
}

TEST_F(LogTest, NoTable) {
  EXPECT_EQ(list_log(root_ + "/none").error().code, Code::not_found);
  EXPECT_EQ(list_log(root_)->newest(), -1);
}

TEST_F(LogTest, AddAndRemoveSpeakOfFileAndVector) {
  Replay replay;
  const auto apply = [&](const std::string& line) {
    auto action = parse_action(line);
    ASSERT_TRUE(action) << action.error().message;
    replay.apply(std::move(*action));
  };
  const std::string vector =
      R"("deletionVector":{"storageType":"i","pathOrInlineDv":"x","sizeInBytes":1,"cardinality":1})";
  apply(R"({"add":{"path":"a","partitionValues":{"p":"1","q":null}}})");
  apply(R"({"add":{"path":"b","partitionValues":{},"deletionVector":null}})");
  apply(R"({"add":{"path":"a","partitionValues":{},)" + vector + "}}");
  apply(R"({"remove":{"path":"a"}})");  // the file as it was without a vector
  apply(R"({"remove":{"path":"file:/c"}})");
  apply(R"({"txn":{"appId":"x","version":1}})");
  apply(R"({"somethingNew":{"path":"b"}})");
  const auto files = std::move(replay).files();
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].path, "a");
  EXPECT_TRUE(files[0].vector);
  EXPECT_EQ(files[1].path, "b");
  EXPECT_FALSE(files[1].vector);
}

TEST_F(LogTest, BadLinesNameTheirPlace) {
  const std::string path = write("00000000000000000000.json", "{\"txn\":{}}\n\n{\"add\":{}}\n");
  const auto status = read_commit(path, [](const Action&) { return More::yes; });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::corrupt);
  EXPECT_NE(status.error().message.find("000.json:3: "), std::string::npos)
      << status.error().message;
  for (const char* bad : {"", "[]", "{", "{\"add\":[]}", "{\"add\":{\"path\":7}}",
                          "{\"protocol\":{\"minReaderVersion\":\"1\"}}", "\xFF"}) {
    EXPECT_FALSE(parse_action(bad)) << bad;
  }
}

}  // namespace
}  // namespace mlpipe::delta
