#include "runner/report/live_area.hpp"

#include <gtest/gtest.h>

#include "tests/report/screen.hpp"

namespace mlpipe {
namespace {

using namespace report;

class LiveAreaTest : public ::testing::Test {
 protected:
  static std::vector<Line> lines(std::initializer_list<const char*> texts) {
    std::vector<Line> all;
    for (const char* text : texts) {
      all.push_back({{Style::normal, text}});
    }
    return all;
  }

  Screen screen_{20};
  std::size_t columns_ = 20;
  ReportOptions options_{[this](std::string_view text) { screen_.write(text); }, Colour::off,
                         [this] {
                           return Size{columns_, 24};
                         },
                         [] { return std::chrono::milliseconds(0); }};
  LiveArea area_{options_};
};

TEST_F(LiveAreaTest, FramesReplaceEachOther) {
  area_.draw("", lines({"one", "two", "three"}));
  area_.draw("", lines({"1"}));
  EXPECT_EQ(screen_.text(), "1");
  EXPECT_EQ(screen_.writes, 2U);
  EXPECT_EQ(screen_.row(), 1U);
  EXPECT_EQ(screen_.column(), 0U);
}

TEST_F(LiveAreaTest, WhatIsDoneScrollsAbove) {
  area_.draw("", lines({"running a", "running b"}));
  area_.draw("a done\n", lines({"running b"}));
  area_.draw("b done\n\nall\n", {});
  EXPECT_EQ(screen_.text(), "a done\nb done\n\nall");
}

TEST_F(LiveAreaTest, LongLinesAboveMayWrap) {
  area_.draw("", lines({"xxxxxxxxxxxxxxxxxxx", "yyyyyyyyyyyyyyyyyyy"}));
  area_.draw("exactly twenty cells\nlonger than twenty cells\n", lines({"z"}));
  EXPECT_EQ(screen_.text(), "exactly twenty cells\nlonger than twenty c\nells\nz");
}

TEST_F(LiveAreaTest, LiveLinesAreCut) {
  area_.draw("", lines({"longer than twenty cells by some"}));
  area_.draw("", lines({"b"}));
  EXPECT_EQ(screen_.text(), "b");
}

TEST_F(LiveAreaTest, NothingIsWrittenWhenNothingChanges) {
  area_.draw("", {});
  EXPECT_EQ(screen_.writes, 0U);
  area_.draw("", lines({"a"}));
  area_.draw("", lines({"a"}));
  EXPECT_EQ(screen_.writes, 1U);
}

TEST_F(LiveAreaTest, ATerminalMadeNarrowerHasWrappedTheFrame) {
  Screen narrow(10);
  options_.write = [&](std::string_view text) { narrow.write(text); };
  narrow.write("before\n");
  area_.draw("", lines({"fifteen letters", "b"}));  // drawn for 20, stands wrapped on 10
  columns_ = 10;
  area_.draw("", lines({"c"}));
  EXPECT_EQ(narrow.text(), "before\nc");
}

TEST_F(LiveAreaTest, AVeryNarrowTerminal) {
  columns_ = 0;
  area_.draw("", lines({"abc"}));
  area_.draw("", {});
  EXPECT_EQ(screen_.text(), "");
}

}  // namespace
}  // namespace mlpipe
