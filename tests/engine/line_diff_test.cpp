#include "runner/engine/line_diff.hpp"

#include <gtest/gtest.h>

#include <random>

namespace mlpipe {
namespace {

using engine::diff_lines;
using Side = engine::DiffLine::Side;

std::string side_of(const std::vector<engine::DiffLine>& diff, Side other) {
  std::string text;
  for (const auto& line : diff) {
    if (line.side != other) {
      text += line.text + "\n";
    }
  }
  return text;
}

std::size_t common_lines(const std::vector<engine::DiffLine>& diff) {
  std::size_t count = 0;
  for (const auto& line : diff) {
    count += line.side == Side::both ? 1 : 0;
  }
  return count;
}

TEST(LineDiff, NamesTheLineThatChanged) {
  const std::vector<engine::DiffLine> expected = {
      {Side::both, "a"}, {Side::then, "b"}, {Side::now, "x"}, {Side::both, "c"}};
  EXPECT_EQ(diff_lines("a\nb\nc\n", "a\nx\nc"), expected);
}

TEST(LineDiff, EmptyTextsHaveNoLines) {
  EXPECT_TRUE(diff_lines("", "").empty());
  EXPECT_EQ(diff_lines("", "a"), (std::vector<engine::DiffLine>{{Side::now, "a"}}));
  EXPECT_EQ(diff_lines("a\n", ""), (std::vector<engine::DiffLine>{{Side::then, "a"}}));
}

TEST(LineDiff, BothTextsCanBeReadBackFromAnyDiff) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string then;
    std::string now;
    for (std::string* text : {&then, &now}) {
      for (auto lines = random() % 12; lines > 0; --lines) {
        *text += std::string(1, static_cast<char>('a' + random() % 4)) + "\n";
      }
    }
    const auto diff = diff_lines(then, now);
    EXPECT_EQ(side_of(diff, Side::now), then);
    EXPECT_EQ(side_of(diff, Side::then), now);
  }
}

TEST(LineDiff, KeepsALongestCommonPart) {
  EXPECT_EQ(common_lines(diff_lines("a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc")), 4U);
}

TEST(LineDiff, HugeTextsCostNoTable) {
  std::string then;
  std::string now;
  for (int i = 0; i < 20'000; ++i) {
    then += "then " + std::to_string(i) + "\n";
    now += "now " + std::to_string(i) + "\n";
  }
  const auto diff = diff_lines("same\n" + then, "same\n" + now);
  EXPECT_EQ(common_lines(diff), 1U);
  EXPECT_EQ(side_of(diff, Side::now), "same\n" + then);
}

}  // namespace
}  // namespace mlpipe
