#include "runner/report/line.hpp"

#include <gtest/gtest.h>

#include "runner/base/text.hpp"

namespace mlpipe {
namespace {

using namespace report;

TEST(LineCells, WideAndCombiningCharacters) {
  EXPECT_EQ(cells("abc"), 3U);
  EXPECT_EQ(cells("\u00e4"), 1U);
  EXPECT_EQ(cells("\u65e5\u672c"), 4U);
  EXPECT_EQ(cells("e\u0301"), 1U);
  EXPECT_EQ(cells("\U0001F600"), 2U);
  EXPECT_EQ(cells(""), 0U);
}

TEST(LineCut, NeverBreaksACharacter) {
  EXPECT_EQ(cut("abc", 3), "abc");
  EXPECT_EQ(cut("abcd", 3), "ab\u2026");
  EXPECT_EQ(cut("abcd", 1), "\u2026");
  EXPECT_EQ(cut("abcd", 0), "");
  EXPECT_EQ(cut("\u65e5\u672c\u8a9e", 4), "\u65e5\u2026");
  const std::string mixed = "a\u00e4\u65e5e\u0301\U0001F600z";
  for (std::size_t width = 0; width < 12; ++width) {
    const std::string text = cut(mixed, width);
    EXPECT_TRUE(is_utf8(text)) << width;
    EXPECT_LE(cells(text), width);
  }
}

TEST(LineClean, NothingOfALogMovesTheCursor) {
  EXPECT_EQ(clean_text("\x1b[31mred\x1b[0m \x1b[2J\x1b[10Ax"), "red x");
  EXPECT_EQ(clean_text("\x1b]0;title\atext"), "text");
  EXPECT_EQ(clean_text("\x1b]8;;http://x\x1b\\link"), "link");
  EXPECT_EQ(clean_text("10%\r50%\r100%"), "100%");
  EXPECT_EQ(clean_text("line\r\n"), "line");
  EXPECT_EQ(clean_text("a\tb"), "a       b");
  EXPECT_EQ(clean_text("a\nb"), "a b");
  EXPECT_EQ(clean_text("bell\a \xff"), "bell\\x07 \\xff");
  for (const char* text : {"\x1b", "\x1b[", "\x1b]", "\x1b[31", "\x1b]no end"}) {
    EXPECT_EQ(clean_text(text), "") << text;
  }
  std::string everything;
  for (int c = 0; c < 256; ++c) {
    everything += static_cast<char>(c);
  }
  for (const char c : clean_text(everything + everything)) {
    EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  }
}

TEST(LineRender, ColourOnlyWhenAsked) {
  const Line line{{Style::good, "ok"}, {Style::normal, " and"}, {Style::faint, ""}};
  EXPECT_EQ(render(line, any_width, Colour::off), "ok and");
  EXPECT_EQ(render(line, any_width, Colour::on), "\x1b[32mok\x1b[0m and");
  EXPECT_EQ(render(line, 4, Colour::off), "ok \u2026");
  EXPECT_EQ(render(line, 0, Colour::on), "");
  EXPECT_EQ(render({{Style::normal, "ab"}, {Style::bad, "cd"}}, 2, Colour::off), "ab");
}

}  // namespace
}  // namespace mlpipe
