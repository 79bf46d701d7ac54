#include "runner/lock/lock_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace mlpipe::lock {
namespace {

const std::string hex_a = sha256("a").hex();
const std::string hex_b = sha256("b").hex();

LockedStage stage(std::string name, std::string_view seed, std::vector<LockedOut> outs = {}) {
  return {std::move(name), sha256(seed), std::move(outs), std::nullopt};
}

std::vector<LockedStage> must_read(std::string_view text) {
  auto stages = read(text);
  EXPECT_TRUE(stages) << stages.error().message << "\n" << text;
  return stages ? *stages : std::vector<LockedStage>();
}

std::string refusal(std::string_view text) {
  const auto stages = read(text);
  EXPECT_FALSE(stages) << text;
  if (stages) {
    return "read";
  }
  EXPECT_EQ(stages.error().code, Code::invalid);
  return stages.error().message;
}

TEST(LockFile, IsWrittenAsTheGrammarSays) {
  LockedStage train =
      stage("train@seed0", "b", {{"build/z %.bin", "file:" + hex_a}, {"build/a", "tree:" + hex_b}});
  train.result = sha256("a");
  EXPECT_EQ(write({train, stage("check", "a")}),
            "# mlpipe lock 1\n"
            "stage check\n"
            "  key " +
                hex_a +
                "\n"
                "\n"
                "stage train@seed0\n"
                "  key " +
                hex_b +
                "\n"
                "  out tree:" +
                hex_b +
                " build/a\n"
                "  out file:" +
                hex_a +
                " build/z%20%25.bin\n"
                "  result " +
                hex_a +
                "\n"
                "\n");
  EXPECT_EQ(write({}), "# mlpipe lock 1\n");
  EXPECT_TRUE(must_read("# mlpipe lock 1\n").empty());
}

std::string random_name(std::mt19937& random) {
  static const std::vector<std::string> pieces{
      "a",  "Z",  "0",    " ",       "%",    "%41",     "\n",      "\r",     "\t", "\x7f",
      "ü",  "模", "\xff", "\xc3",    "=",    "=======", "<<<<<<<", "stage ", "#",  "  key ",
      "\"", "\\", "@",    "\x1b[0m", "\xe2", "|||||||", ">>>>>>>", "\u2028"};
  std::string name;
  const std::size_t count = 1 + random() % 6;
  for (std::size_t i = 0; i < count; ++i) {
    name += pieces[random() % pieces.size()];
  }
  return name;
}

TEST(LockFile, ReadGivesBackWhatWriteWrote) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::vector<LockedStage> stages;
    for (std::size_t i = 0; i < random() % 5; ++i) {
      LockedStage one = stage(random_name(random), std::to_string(random()));
      for (std::size_t k = 0; k < random() % 4; ++k) {
        one.outs.push_back({std::to_string(k) + random_name(random) + "/" + random_name(random),
                            k == 2 ? "missing" : "link:" + sha256(std::to_string(k)).hex()});
      }
      if (random() % 2 == 0) {
        one.result = sha256(std::to_string(random()));
      }
      stages.push_back(std::move(one));
    }
    const std::string text = write(stages);
    const auto again = must_read(text);
    ASSERT_EQ(write(again), text);
    ASSERT_EQ(again.size(), stages.size());
    for (const LockedStage& one : again) {  // in another order, nothing else
      ASSERT_NE(std::find(stages.begin(), stages.end(), one), stages.end()) << text;
    }
    for (const char c : text) {
      ASSERT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
    }
    std::shuffle(stages.begin(), stages.end(), random);
    ASSERT_EQ(write(stages), text);
  }
}

TEST(LockFile, WindowsLineEndsAndMissingLastLineEnd) {
  const std::string text = write({stage("a", "1", {{"x", "file:" + hex_a}}), stage("b", "2")});
  std::string windows;
  for (const char c : text) {
    windows += c == '\n' ? "\r\n" : std::string(1, c);
  }
  EXPECT_EQ(must_read(windows), must_read(text));
  EXPECT_EQ(must_read(text.substr(0, text.size() - 2)), must_read(text));
}

std::string body(const std::vector<LockedStage>& stages) {
  const std::string text = write(stages);
  return text.substr(text.find('\n') + 1);
}

TEST(LockFile, AConflictIsTheUnionOfBothSides) {
  const LockedStage common = stage("common", "c");
  const LockedStage ours = stage("train", "ours", {{"m", "file:" + hex_a}});
  const LockedStage theirs = stage("train", "theirs", {{"m", "file:" + hex_b}});
  const LockedStage base = stage("train", "base");
  const LockedStage added = stage("zz", "added");
  const std::string merged = "# mlpipe lock 1\n" + body({common}) + "<<<<<<< HEAD\n" +
                             body({ours}) + "||||||| 1234567\n" + body({base}) + "=======\n" +
                             body({theirs}) + ">>>>>>> branch with words\n" + body({added});
  auto expected = std::vector<LockedStage>{common, ours, theirs, added};
  EXPECT_EQ(write(must_read(merged)), write(expected));
  EXPECT_EQ(must_read(merged).size(), 4U);
}

// git marks the lines that differ, not whole blocks.
TEST(LockFile, AConflictInsideABlock) {
  const std::string start = "# mlpipe lock 1\nstage train\n";
  const std::string merged = start + "<<<<<<< HEAD\n  key " + hex_a + "\n=======\n  key " + hex_b +
                             "\n>>>>>>> other\n  out file:" + hex_a + " m\n\n<<<<<<<\nstage b\n" +
                             "  key " + hex_a + "\n\n=======\n>>>>>>>\n";
  const auto stages = must_read(merged);
  ASSERT_EQ(stages.size(), 3U);
  EXPECT_EQ(stages[0].name, "b");
  EXPECT_EQ(stages[1].outs, stages[2].outs);
  EXPECT_NE(stages[1].fingerprint, stages[2].fingerprint);
}

TEST(LockFile, EveryRefusalNamesTheLineAndWhatWasExpected) {
  const std::string start = "# mlpipe lock 1\n";
  const std::string block = start + "stage a\n  key " + hex_a + "\n";
  const auto expect = [](const std::string& text, std::string_view line, std::string_view what) {
    const std::string message = refusal(text);
    EXPECT_NE(message.find("line " + std::string(line) + ":"), std::string::npos) << message;
    EXPECT_NE(message.find(what), std::string::npos) << message;
  };
  expect("", "1", "expected '# mlpipe lock 1'");
  expect("stage a\n", "1", "expected '# mlpipe lock 1'");
  expect("# mlpipe lock 2\nwhatever\n", "1", "version '2'");
  expect(start + "  key " + hex_a + "\n", "2", "expected 'stage NAME'");
  expect(start + "stage \n", "2", "stage name");
  expect(start + "stage a b\n", "2", "stage name");
  expect(start + "stage a%4\n", "2", "stage name");
  expect(start + "stage a%zz\n", "2", "stage name");
  expect(start + "stage a\n\nstage b\n", "2", "no '  key'");
  expect(start + "stage a\n  key 12\n", "3", "64 hex digits");
  expect(block + "  key " + hex_a + "\n", "4", "key already");
  expect(block + "  result x\n", "4", "64 hex digits");
  expect(block + "  result " + hex_a + "\n  result " + hex_a + "\n", "5", "result already");
  expect(block + "  out x y\n", "4", "content");
  expect(block + "  out file:" + hex_a + "\n", "4", "a path");
  expect(block + "  out file:" + hex_a + " \n", "4", "a path");
  expect(block + "  out file:" + hex_a + " a b\n", "4", "a path");
  expect(block + "  out file:" + hex_a + " ../../etc/passwd\n", "4", "inside the repository");
  expect(block + "  out file:" + hex_a + " /etc/passwd\n", "4", "inside the repository");
  expect(block + "  out missing x\n  out missing x\n", "2", "twice");
  expect(block + "\tkey\n", "4", "'  out'");
  expect(block + "<<<<<<< HEAD\n", "4", "no end");
  expect(block + "=======\n", "4", "expected");
  expect(block + std::string("\x1b[2J\0", 5), "4", "\\x1b");
}

TEST(LockFile, APieceOfAFileNeverReadsAsSomethingElse) {
  const auto stages = std::vector<LockedStage>{stage("a", "1", {{"x", "file:" + hex_a}}),
                                               stage("b", "2", {{"ü y", "tree:" + hex_b}})};
  const std::string text = write(stages);
  for (std::size_t size = 0; size < text.size(); ++size) {
    if (const auto part = read(text.substr(0, size))) {
      for (const LockedStage& one : *part) {
        ASSERT_TRUE(one.fingerprint == stages[0].fingerprint ||
                    one.fingerprint == stages[1].fingerprint);
      }
    }
  }
}

TEST(LockFile, OneBlockAStageInAHundredThousand) {
  std::vector<LockedStage> stages;
  for (int i = 0; i < 100'000; ++i) {
    stages.push_back(stage("s" + std::to_string(i), std::to_string(i)));
  }
  EXPECT_EQ(must_read(write(stages)).size(), stages.size());
}

}  // namespace
}  // namespace mlpipe::lock
