// A journal in a temporary folder, and actions to put into it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "runner/cache/action_codec.hpp"
#include "runner/cache/journal.hpp"

namespace mlpipe::cache {

class JournalTest : public testing::Test {
 protected:
  JournalTest() {
    std::string pattern = testing::TempDir() + "mlpipe-journal-XXXXXX";
    dir_ = ::mkdtemp(pattern.data());
  }
  ~JournalTest() override { std::filesystem::remove_all(dir_); }

  [[nodiscard]] std::string state() const { return dir_ + "/.mlpipe"; }
  [[nodiscard]] std::string path() const { return state() + "/journal"; }

  Journal open_journal() const {
    auto journal = Journal::open(state(), Durability::order);
    EXPECT_TRUE(journal) << journal.error().message;
    return std::move(*journal);
  }

  [[nodiscard]] std::string bytes() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void set_bytes(const std::string& content) const {
    std::filesystem::create_directories(state());
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << content;
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(state())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string dir_;
};

inline Action action(int number, std::string stage = "train") {
  Action made;
  made.fingerprint = sha256("fingerprint " + std::to_string(number));
  made.stage = std::move(stage);
  made.state = "passed";
  made.run_id = "run-" + std::to_string(number);
  made.time_ms = 1'700'000'000'000 + number;
  made.manifest = std::string("mlpipe-manifest\x01\0\xff", 18);
  made.outs.push_back({"build/mödel\n.bin", {port::EntryType::file, sha256("model"), 42}, true});
  made.outs.push_back({"build/dir", {port::EntryType::tree, sha256("tree"), 1ULL << 40U}, false});
  made.result = sha256("result");
  made.wall_ms = 1234;
  made.max_rss = 1ULL << 33U;
  made.resumed = true;
  made.origin = Origin::accepted;
  made.note = "because";
  return made;
}

inline void expect_equal(const Action& a, const Action& b) {
  EXPECT_EQ(encode(a), encode(b));
}

}  // namespace mlpipe::cache
