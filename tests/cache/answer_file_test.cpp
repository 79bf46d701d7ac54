#include "runner/cache/answer_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "runner/cache/index.hpp"
#include "runner/cache/object_store.hpp"
#include "tests/cache/workspace.hpp"

namespace mlpipe {
namespace {

using cache::AnswerFile;
using cache::Seen;
using cache::Signature;
using Paths = std::vector<std::string>;

Signature signature_at(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(lstat(path.c_str(), &status), 0);
  return cache::signature_of(status);
}

class AnswerFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(state() + "/tmp");
    for (int i = 0; i < 6; ++i) {
      space_.write("data/f" + std::to_string(i), "x");
    }
    space_.write("top", "1");
  }
  [[nodiscard]] std::string state() const { return space_.state(); }
  void keep(const std::string& key, const std::string& payload, const Paths& absent = {}) {
    std::vector<Seen::Entry> entries;
    for (const char* const path : {"top", "data", "data/f0", "data/f1", "data/f2", "data/f3"}) {
      entries.push_back({path, signature_at(space_.at(path))});
    }
    entries.push_back({space_.at("data/f4"), signature_at(space_.at("data/f4"))});
    for (const std::string& path : absent) {
      entries.push_back({path, {}});
    }
    ASSERT_TRUE(cache::write_answer(state(), "kind", key, payload, entries));
  }
  Paths changed(const std::string& key) {
    const auto file = AnswerFile::open(state(), "kind", key);
    EXPECT_TRUE(file);
    const auto paths = file ? file->changed(space_.root(), 100) : std::nullopt;
    EXPECT_TRUE(paths);
    return paths.value_or(Paths{});
  }
  Workspace space_;
};

TEST_F(AnswerFileTest, StandsWhileNothingChanges) {
  const std::string payload("any\0bytes", 9);
  keep("key", payload, {"nothing", "none/below"});
  const auto file = AnswerFile::open(state(), "kind", "key");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->payload(), payload);
  EXPECT_TRUE(file->stands(space_.root()));
  EXPECT_EQ(file->entries().size(), 9U);
  EXPECT_FALSE(AnswerFile::open(state(), "kind", "another key"));
  EXPECT_FALSE(AnswerFile::open(state(), "another kind", "key"));
}

TEST_F(AnswerFileTest, NamesWhatChanged) {
  keep("key", "", {"nothing", "none/below"});
  space_.write("data/f2", "y");
  EXPECT_EQ(changed("key"), (Paths{"data/f2"}));
  std::filesystem::remove(space_.at("top"));
  space_.write("none/below", "");
  const Paths now = changed("key");
  EXPECT_EQ(std::set<std::string>(now.begin(), now.end()),
            (std::set<std::string>{"data/f2", "top", "none/below"}));
  const auto file = AnswerFile::open(state(), "kind", "key");
  EXPECT_FALSE(file->changed(space_.root(), 2));
  EXPECT_FALSE(file->stands(space_.root()));
}

TEST_F(AnswerFileTest, SameBytesWithTheOldTimesAreSeenByTheirChangeTime) {
  keep("key", "");
  const Signature before = signature_at(space_.at("data/f1"));
  space_.write("data/f1", "z");
  const timespec old{before.mtime_ns / 1'000'000'000, before.mtime_ns % 1'000'000'000};
  const timespec times[2] = {old, old};
  ASSERT_EQ(utimensat(AT_FDCWD, space_.at("data/f1").c_str(), times, 0), 0);
  EXPECT_EQ(changed("key"), (Paths{"data/f1"}));
}

TEST_F(AnswerFileTest, AFolderThatIsGoneChangesAllThatWasInIt) {
  keep("key", "");
  std::filesystem::rename(space_.at("data"), space_.at("elsewhere"));
  EXPECT_EQ(changed("key").size(), 6U);
}

TEST_F(AnswerFileTest, EveryDamagedByteReadsAsAbsent) {
  keep("key", "payload");
  std::filesystem::path path;
  for (const auto& entry : std::filesystem::directory_iterator(state() + "/kind")) {
    path = entry.path();
  }
  std::string bytes;
  {
    std::ifstream in(path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    std::ofstream(path, std::ios::binary) << damaged;
    EXPECT_FALSE(AnswerFile::open(state(), "kind", "key")) << "byte " << i;
    std::ofstream(path, std::ios::binary) << bytes.substr(0, i);
    EXPECT_FALSE(AnswerFile::open(state(), "kind", "key")) << "cut at " << i;
  }
}

TEST_F(AnswerFileTest, OldAnswersAreDropped) {
  for (int i = 0; i < 40; ++i) {
    keep("key" + std::to_string(i), "");
  }
  const auto files = std::distance(std::filesystem::directory_iterator(state() + "/kind"), {});
  EXPECT_LE(files, 17);
  EXPECT_TRUE(AnswerFile::open(state(), "kind", "key39"));
}

// What looks rest on, as the index writes it down.
class SeenTest : public AnswerFileTest {
 protected:
  void SetUp() override {
    AnswerFileTest::SetUp();
    usleep(30'000);  // past the moment in which times prove nothing
  }
  std::map<std::string, Signature> seen(const std::string& path, cache::View view) {
    cache::ObjectStore store(state(), space_.root(), cache::Link::reflink_or_copy);
    cache::Index index(state(), space_.root(), store);
    Seen record(state() + "/tmp");
    index.watch(&record);
    EXPECT_TRUE(index.look(path, view));
    std::map<std::string, Signature> entries;
    for (const auto& entry : record.take()) {
      entries.emplace(entry.path, entry.signature);
    }
    return entries;
  }
};

TEST_F(SeenTest, AFolderAndWhatCountsInIt) {
  space_.write("data/__pycache__/x.pyc", "");
  std::filesystem::create_symlink("f0", space_.at("data/link"));
  usleep(30'000);
  const auto entries = seen("data", cache::View::dependency);
  EXPECT_EQ(entries.count("data"), 1U);
  EXPECT_EQ(entries.count("data/link"), 1U);
  EXPECT_EQ(entries.count("data/f5"), 1U);
  EXPECT_EQ(entries.count(".mlpipeignore"), 1U);  // that there is none
  EXPECT_EQ(entries.count("data/__pycache__/x.pyc"), 0U);
  EXPECT_EQ(entries.at("data/f5"), signature_at(space_.at("data/f5")));
}

TEST_F(SeenTest, AGlobRestsOnItsFoldersAndMatches) {
  space_.write("data/other", "");
  usleep(30'000);
  const auto entries = seen("data/f*", cache::View::output);
  EXPECT_EQ(entries.count("data"), 1U);
  EXPECT_EQ(entries.count("data/f0"), 1U);
  EXPECT_EQ(entries.count("data/other"), 0U);
}

TEST_F(SeenTest, WhatIsTooFreshIsInDoubt) {
  space_.write("data/fresh", "");
  EXPECT_TRUE(seen("data", cache::View::output).empty());
  usleep(30'000);
  EXPECT_FALSE(seen("data", cache::View::output).empty());
}

}  // namespace
}  // namespace mlpipe
