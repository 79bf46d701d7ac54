#include "runner/spec/diagnostic.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace mlpipe::spec {
namespace {

std::string shown(std::string text, std::uint32_t line, std::uint32_t column) {
  Sources sources;
  const std::uint32_t file = sources.add("f.yaml", std::move(text));
  Diagnostics diagnostics;
  diagnostics.error({file, line, column}, "wrong");
  return render(diagnostics, sources, Colour::off);
}

TEST(Render, LineCaretAndHint) {
  Sources sources;
  const std::uint32_t file = sources.add("mlpipe.yaml", "a:\n  depps: [a]\n");
  Diagnostics diagnostics;
  diagnostics.error({file, 2, 3}, "unknown key `depps`", "did you mean `deps`?");
  EXPECT_EQ(render(diagnostics, sources, Colour::off),
            "mlpipe.yaml:2:3: error: unknown key `depps`\n"
            "     2 |   depps: [a]\n"
            "       |   ^~~~~\n"
            "       = hint: did you mean `deps`?\n");
  EXPECT_EQ(render(diagnostics, sources, Colour::on),
            "\x1b[1mmlpipe.yaml:2:3:\x1b[0m \x1b[1;31merror:\x1b[0m unknown key `depps`\n"
            "\x1b[34m     2 |\x1b[0m   depps: [a]\n"
            "\x1b[34m       |\x1b[0m   \x1b[1;32m^~~~~\x1b[0m\n"
            "\x1b[34m       =\x1b[0m hint: did you mean `deps`?\n");
}

TEST(Render, DisplayColumns) {
  EXPECT_EQ(shown("日本: xy", 1, 9),
            "f.yaml:1:5: error: wrong\n     1 | 日本: xy\n       |       ^~\n");
  EXPECT_EQ(shown("\ta:\tbc", 1, 5),
            "f.yaml:1:5: error: wrong\n     1 |     a:  bc\n       |         ^~\n");
  EXPECT_EQ(shown("e\xcc\x81: x", 1, 6),
            "f.yaml:1:5: error: wrong\n     1 | e\xcc\x81: x\n       |    ^\n");
  EXPECT_EQ(shown("\xff: x", 1, 4),
            "f.yaml:1:4: error: wrong\n     1 | \\xff: x\n       |       ^\n");
  EXPECT_EQ(shown("a\x1b[2J: x", 1, 8),
            "f.yaml:1:8: error: wrong\n     1 | a\\x1b[2J: x\n       |           ^\n");
  EXPECT_EQ(shown("a\u202e: x", 1, 7),
            "f.yaml:1:5: error: wrong\n     1 | a\\u{202e}: x\n       |            ^\n");
  EXPECT_EQ(shown("\xef\xbb\xbf"
                  "a: x",
                  1, 4),
            "f.yaml:1:4: error: wrong\n     1 | a: x\n       |    ^\n");
  EXPECT_EQ(shown("a: \"b c\"\r\n", 1, 4),
            "f.yaml:1:4: error: wrong\n     1 | a: \"b c\"\n       |    ^~~~~\n");
}

TEST(Render, PlacesThatDoNotExist) {
  EXPECT_EQ(shown("a", 0, 0), "error: wrong\n");
  EXPECT_EQ(shown("a\n", 7, 3), "f.yaml:7:3: error: wrong\n");
  EXPECT_EQ(shown("", 1, 1), "f.yaml:1:1: error: wrong\n");
  EXPECT_EQ(shown("ab\n", 1, 99), "f.yaml:1:3: error: wrong\n     1 | ab\n       |   ^\n");
  Diagnostics diagnostics;
  diagnostics.error({5, 1, 1}, "no such file");
  EXPECT_EQ(render(diagnostics, Sources{}, Colour::off), "error: no such file\n");
}

// Wherever the mark stands in a long line, the caret is below it and the line stays short.
TEST(Render, LongLinesAreCutAroundTheMark) {
  std::string text = std::string(3000, '.');
  for (const std::uint32_t column : {1U, 41U, 101U, 1500U, 2999U, 3000U}) {
    std::string line = text;
    line[column - 1] = 'X';
    const std::string out = shown(line, 1, column);
    const std::size_t source = out.find("     1 | ");
    const std::size_t caret = out.find("       | ", source + 1);
    ASSERT_NE(caret, std::string::npos);
    EXPECT_EQ(out.find('X', source) - source, out.find('^', caret) - caret) << out;
    EXPECT_LT(caret - source, 120U);
  }
}

TEST(Render, SortedAndSaidOnce) {
  Sources sources;
  const std::uint32_t first = sources.add("a", "1\n2\n3\n");
  const std::uint32_t second = sources.add("b", "1\n");
  Diagnostics diagnostics;
  diagnostics.error({second, 1, 1}, "third");
  diagnostics.error({first, 3, 1}, "second");
  diagnostics.warning({first, 1, 1}, "first");
  diagnostics.error({first, 3, 1}, "second");
  diagnostics.error({first, 3, 1}, "another");
  const std::string out = render(diagnostics, sources, Colour::off);
  EXPECT_LT(out.find("first"), out.find("second"));
  EXPECT_LT(out.find("second"), out.find("another"));
  EXPECT_LT(out.find("another"), out.find("third"));
  EXPECT_EQ(out.find("second"), out.rfind("second"));
  EXPECT_TRUE(diagnostics.has_errors());
}

TEST(Render, OnlyTheDisplayIsCapped) {
  Sources sources;
  const std::uint32_t file = sources.add("a", "x\n");
  Diagnostics diagnostics;
  for (int i = 0; i < 120; ++i) {
    diagnostics.warning({file, 1, 1}, fmt::format("w{}", i));
  }
  for (int i = 0; i < 53; ++i) {
    diagnostics.error({file, 1, 1}, fmt::format("e{}", i));
  }
  const std::string out = render(diagnostics, sources, Colour::off);
  EXPECT_EQ(diagnostics.items().size(), 173U);
  EXPECT_NE(out.find("e49\n"), std::string::npos);
  EXPECT_EQ(out.find("e50\n"), std::string::npos);
  EXPECT_TRUE(out.ends_with("… and 3 more errors and 70 more warnings\n"))
      << out.substr(out.size() - 80);
  EXPECT_NE(render(diagnostics, sources, Colour::off, 1000).find("w119"), std::string::npos);
}

TEST(Render, MessagesCannotActOnTheTerminal) {
  Sources sources;
  const std::uint32_t file = sources.add("a\x1b[1m\n.yaml", "x\n");
  Diagnostics diagnostics;
  diagnostics.error({file, 1, 1}, "m\x1b[2J", "h\nh");
  EXPECT_EQ(render(diagnostics, sources, Colour::off).find('\x1b'), std::string::npos);
}

TEST(Diagnostics, WarningsAreNoErrors) {
  Diagnostics diagnostics;
  EXPECT_TRUE(diagnostics.empty());
  diagnostics.warning({}, "w");
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_FALSE(diagnostics.empty());
}

}  // namespace
}  // namespace mlpipe::spec
