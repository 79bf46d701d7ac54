#include "runner/spec/dvc/yaml.hpp"

#include <gtest/gtest.h>

#include "runner/base/python_text.hpp"

namespace mlpipe::spec::dvc {
namespace {

std::string json(std::string_view text) {
  const auto value = read_yaml(text);
  return value ? python_json(*value).value_or("?") : value.error().message;
}

std::pair<std::uint32_t, std::uint32_t> place_of_error(std::string_view text) {
  const auto value = read_yaml(text);
  return value ? std::pair(0U, 0U) : std::pair(value.error().line, value.error().column);
}

TEST(DvcYaml, PlainScalarsFollowRuamel) {
  EXPECT_EQ(json("[010, 0o10, 0x1F, 0b11, 1_000, +7]"), "[10, 8, 31, 3, 1000, 7]");
  EXPECT_EQ(json("[1e3, .5, 1., 1e, 1.5e+3, -.inf]"),
            "[1000.0, 0.5, 1.0, \"1e\", 1500.0, -Infinity]");
  EXPECT_EQ(json("[yes, on, True, ~, null, 12:30:45]"),
            R"(["yes", "on", true, null, null, "12:30:45"])");
  EXPECT_EQ(read_yaml("2020-01-02T03:04:05+02:00")->text, "2020-01-02T01:04:05");
  EXPECT_TRUE(read_yaml("2020-1-2")->is_text());
}

TEST(DvcYaml, BlocksKeepOrFoldTheirLines) {
  EXPECT_EQ(json("a: |\n  x\n   y\n\nb: 1\n"), R"({"a": "x\n y\n", "b": 1})");
  EXPECT_EQ(json("a: >\n  x\n  y\n\n  z\n"), R"({"a": "x y\nz\n"})");
  EXPECT_EQ(json("a: |+\n  x\n\nb: |-\n  y\n"), R"({"a": "x\n\n", "b": "y"})");
  EXPECT_EQ(json("a: |\n  x"), R"({"a": "x"})");
  EXPECT_EQ(json("a: >\n  x\n    deeper\n  y\n"), R"({"a": "x\n  deeper\ny\n"})");
  EXPECT_EQ(json("a: |2\n    x\n"), R"({"a": "  x\n"})");
}

TEST(DvcYaml, CollectionsInAllForms) {
  EXPECT_EQ(json("a:\n- 1\n- b: 2\n  c: 3\n-\n- - 4\n  - 5\n"),
            R"({"a": [1, {"b": 2, "c": 3}, null, [4, 5]]})");
  EXPECT_EQ(json("{a: [1, {b: }], \"c\":2, d}"), R"({"a": [1, {"b": null}], "c": 2, "d": null})");
  EXPECT_EQ(json("a: &x\n- 1\nb: *x\n"), R"({"a": [1], "b": [1]})");
  EXPECT_EQ(json("b: &b {p: 1, q: 2}\nc:\n  <<: *b\n  q: 3\n"),
            R"({"b": {"p": 1, "q": 2}, "c": {"p": 1, "q": 3}})");
  EXPECT_EQ(json("a: x\n  y # c\nb: 'it''s\n\n  two'\n"), R"({"a": "x y", "b": "it's\ntwo"})");
  EXPECT_EQ(json("--- # c\na: 1\n...\n"), R"({"a": 1})");
  EXPECT_EQ(json("a: http://x/y#z\n"), R"({"a": "http://x/y#z"})");
}

TEST(DvcYaml, MistakesNameTheirPlace) {
  EXPECT_EQ(place_of_error("a: 1\na: 2\n"), std::pair(2U, 1U));
  EXPECT_EQ(place_of_error("a: [1, 2\n"), std::pair(1U, 4U));
  EXPECT_EQ(place_of_error("a: 'x\n"), std::pair(1U, 4U));
  EXPECT_EQ(place_of_error("a: b: c\n"), std::pair(1U, 5U));
  EXPECT_EQ(place_of_error("a:\n\tb: 1\n"), std::pair(2U, 2U));
  EXPECT_EQ(place_of_error("a: 1\n---\nb: 2\n"), std::pair(2U, 1U));
  EXPECT_EQ(place_of_error("a: *nope\n"), std::pair(1U, 4U));
  EXPECT_EQ(place_of_error("{1: a, true: b}\n"), std::pair(1U, 8U));
  EXPECT_EQ(place_of_error("a:\n  b: 1\n c: 2\n"), std::pair(3U, 2U));
}

TEST(DvcYaml, HostileTextsEnd) {
  EXPECT_FALSE(read_yaml(std::string(100'000, '[')));
  EXPECT_FALSE(read_yaml(std::string(100'000, '{')));
  std::string deep;
  for (int i = 0; i < 5000; ++i) {
    deep += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  }
  EXPECT_FALSE(read_yaml(deep));
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int n = 0; n < 10; ++n) {
      laughs += before + (n < 9 ? ", " : "]\n");
    }
  }
  EXPECT_FALSE(read_yaml(laughs));
  for (const char* text : {"", "\n", "#", "-", "?", ":", "- -", "&a", "!!str", "'", "\"\\", "|",
                           ">9", "%", "*", "@", "`", "a:\n -"}) {
    (void)read_yaml(text);
  }
}

}  // namespace
}  // namespace mlpipe::spec::dvc
