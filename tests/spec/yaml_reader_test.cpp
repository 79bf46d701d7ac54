#include "runner/spec/yaml_reader.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace mlpipe::spec {
namespace {

struct Read {
  Node node;
  Diagnostics diagnostics;
};

Read read(std::string_view text, const YamlLimits& limits = {}) {
  Read result;
  result.node = read_yaml(0, text, result.diagnostics, limits);
  return result;
}

// The document as JSON, or the first error as "line:column message".
std::string said(std::string_view text, const YamlLimits& limits = {}) {
  const Read result = read(text, limits);
  if (result.diagnostics.empty()) {
    return canonical_json(result.node);
  }
  const Diagnostic& first = result.diagnostics.items()[0];
  return fmt::format("{}:{} {}", first.mark.line, first.mark.column, first.message);
}

TEST(Yaml, CoreScalars) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"true", "true"},
      {"False", "false"},
      {"yes", "\"yes\""},
      {"No", "\"No\""},
      {"on", "\"on\""},
      {"017", "17"},
      {"0o17", "15"},
      {"0x1F", "31"},
      {"+5", "5"},
      {"-0", "0"},
      {"-17", "-17"},
      {"1_000", "\"1_000\""},
      {"1:30", "\"1:30\""},
      {"0b1", "\"0b1\""},
      {"0x", "\"0x\""},
      {"1e3", "1000.0"},
      {"1.", "1.0"},
      {".5", "0.5"},
      {"1.0", "1.0"},
      {"0.1", "0.1"},
      {"1e", "\"1e\""},
      {".", "\".\""},
      {"-", "[null]"},
      {"1e400", R"({"$real":".inf"})"},
      {"-.INF", R"({"$real":"-.inf"})"},
      {".NaN", R"({"$real":".nan"})"},
      {"~", "null"},
      {"Null", "null"},
      {"2024-01-01", "\"2024-01-01\""},
      {"\"5\"", "\"5\""},
      {"'true'", "\"true\""},
      {"\"\"", "\"\""},
      {"123456789012345678901234567890", "123456789012345678901234567890"}};
  for (const auto& [text, json] : cases) {
    EXPECT_EQ(said(text), json) << text;
  }
}

TEST(Yaml, QuotesAndBlocksAreTexts) {
  for (const char* text : {"a: '5'", "a: \"5\"", "a: |-\n  5\n", "a: >-\n  5\n", "a: !!str 5",
                           "a: &x |-\n  5\n", "a: !!str |-\n  5\n"}) {
    const Read result = read(text);
    const Node* value = result.node.find("a");
    ASSERT_NE(value, nullptr) << text;
    EXPECT_EQ(value->kind, NodeKind::string) << text;
    EXPECT_TRUE(value->quoted) << text;
    EXPECT_EQ(value->text, "5") << text;
  }
  EXPECT_FALSE(read("a: 5 b").node.find("a")->quoted);
}

TEST(Yaml, Tags) {
  EXPECT_EQ(said("a: !!int 3"), R"({"a":3})");
  EXPECT_EQ(said("a: !!float 3"), R"({"a":3.0})");
  EXPECT_EQ(said("a: !!null ''"), R"({"a":null})");
  EXPECT_EQ(said("a: !!str\nb: 1"), R"({"a":"","b":1})");
  EXPECT_EQ(said("!!map {a: !!seq [1]}"), R"({"a":[1]})");
  EXPECT_EQ(said("a: !!int x"), "1:4 `x` is not an integer, as its tag !!int says");
  EXPECT_EQ(said("a: !!bool yes"), "1:4 `yes` is not true or false, as its tag !!bool says");
  EXPECT_EQ(said("a: !env X"), "1:4 tag !env is not supported");
  EXPECT_EQ(said("a: !!set {b}"), "1:4 tag !!set is not supported on a map");
  EXPECT_EQ(said("a: !!seq {b: c}"), "1:4 tag !!seq is not supported on a map");
}

TEST(Yaml, DuplicateKeysNameTheFirst) {
  const Read result = read("a: 1\nb: 2\na: 3\n'b': 4\na: 5\n");
  ASSERT_EQ(result.diagnostics.items().size(), 3U);
  for (const Diagnostic& item : result.diagnostics.items()) {
    EXPECT_NE(item.message.find("duplicate key"), std::string::npos);
    EXPECT_NE(item.hint.find(item.message.find("`a`") != std::string::npos ? "line 1" : "line 2"),
              std::string::npos);
  }
  EXPECT_EQ(canonical_json(result.node), R"({"a":1,"b":2})");
}

TEST(Yaml, MergeKeys) {
  EXPECT_EQ(said("b: &b {x: 1, y: 2}\nd: {<<: *b, y: 5}"),
            R"({"b":{"x":1,"y":2},"d":{"x":1,"y":5}})");
  EXPECT_EQ(said("d: {y: 5, <<: {x: 1, y: 2}}"), R"({"d":{"x":1,"y":5}})");
  EXPECT_EQ(said("d: {<<: [{x: 1}, {x: 2, z: 3}]}"), R"({"d":{"x":1,"z":3}})");
  EXPECT_EQ(said("a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b}"),
            R"({"a":{"x":1},"b":{"x":1,"y":2},"c":{"x":1,"y":2}})");
  EXPECT_EQ(said("{'<<': 1}"), R"({"<<":1})");
  EXPECT_EQ(said("{<<: 1}"), "1:2 `<<` merges a map or a list of maps, nothing else");
  EXPECT_EQ(said("{<<: [{a: 1}, 2]}"), "1:2 `<<` merges a map or a list of maps, nothing else");
  EXPECT_EQ(said("{<<: {a: 1}, <<: {b: 1}}"), "1:14 duplicate key `<<`");
}

TEST(Yaml, AliasesAreCopiesWithTheMarksOfTheOriginal) {
  const Read result = read("a: &x {b: [1]}\nc: *x\n*k : d\n");
  EXPECT_TRUE(result.diagnostics.has_errors());  // k is not defined
  const Read copied = read("a: &x {b: [1]}\nc: *x\nd: &k e\n*k : f\ng: &x 2\nh: *x\n");
  ASSERT_TRUE(copied.diagnostics.empty());
  EXPECT_EQ(canonical_json(copied.node),
            R"({"a":{"b":[1]},"c":{"b":[1]},"d":"e","e":"f","g":2,"h":2})");
  EXPECT_TRUE(copied.node.find("a")->same(*copied.node.find("c")));
  EXPECT_EQ(copied.node.find("c")->mark, copied.node.find("a")->mark);
}

TEST(Yaml, CyclesAreErrors) {
  EXPECT_EQ(said("a: &x [*x]"), "1:8 this alias stands inside the value that it names");
  EXPECT_EQ(said("&x {a: {b: *x}}"), "1:12 this alias stands inside the value that it names");
  EXPECT_EQ(said("&x {*x : a}"), "1:5 this alias stands inside the value that it names");
  EXPECT_EQ(said("&x {<<: *x, b: 1}"), "1:9 this alias stands inside the value that it names");
}

std::string bomb(int levels) {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < levels; ++i) {
    text += fmt::format("a{0}: &a{0} [*a{1},*a{1},*a{1},*a{1},*a{1},*a{1},*a{1},*a{1},*a{1}]\n", i,
                        i - 1);
  }
  return text;
}

TEST(Yaml, ExpansionHasABudget) {
  const Read result = read(bomb(40));
  ASSERT_EQ(result.diagnostics.items().size(), 1U);
  EXPECT_NE(result.diagnostics.items()[0].message.find("1000000 values"), std::string::npos);
  EXPECT_TRUE(read(bomb(4)).diagnostics.empty());

  YamlLimits bytes;
  bytes.expanded_bytes = 1000;
  EXPECT_EQ(said("a: &a " + std::string(400, 'x') + "\nb: *a\nc: *a\n", bytes).substr(0, 2), "{\"");
  EXPECT_EQ(said("a: &a " + std::string(400, 'x') + "\nb: *a\nc: *a\nd: *a\n", bytes).substr(0, 4),
            "4:4 ");

  YamlLimits few;
  few.expanded_nodes = 3;
  EXPECT_EQ(said("a: [1,2,3,4,5,6,7,8,9]", few), R"({"a":[1,2,3,4,5,6,7,8,9]})");
}

TEST(Yaml, DepthHasALimitAlsoThroughAliases) {
  EXPECT_EQ(said(std::string(64, '[') + std::string(64, ']')).substr(0, 3), "[[[");
  EXPECT_EQ(said(std::string(65, '[') + std::string(65, ']')),
            "1:65 lists and maps are nested more than 64 deep");
  std::string lists = "- &a0 " + std::string(40, '[') + std::string(40, ']') + "\n";
  lists += "- " + std::string(40, '[') + "*a0" + std::string(40, ']') + "\n";
  EXPECT_NE(said(lists).find("this alias nests"), std::string::npos);
  for (const char* opening : {"[", "{a: ", "- ", "? ", "a:\n  ", "- a: ", "[{"}) {
    std::string text;
    for (int i = 0; i < 20'000; ++i) {
      text += opening;
    }
    EXPECT_TRUE(read(text).diagnostics.has_errors()) << opening;
  }
}

TEST(Yaml, HonestSizeHasNoLimit) {
  std::string text = "stages:\n";
  for (int i = 0; i < 20'000; ++i) {
    text += fmt::format("  s{0}: {{cmd: run {0}, deps: [a, b, \"c{0}\"], outs: [o{0}]}}\n", i);
  }
  YamlLimits tight;
  tight.expanded_nodes = 0;
  const Read result = read(text, tight);
  ASSERT_TRUE(result.diagnostics.empty());
  const Node& stages = *result.node.find("stages");
  ASSERT_EQ(stages.items.size(), 20'000U);
  EXPECT_EQ(stages.keys.back().mark, (Mark{0, 20'001, 3}));
  EXPECT_EQ(stages.items.back().find("outs")->items[0].text, "o19999");
}

TEST(Yaml, MarksCountBytesAndSkipProperties) {
  const Read result = read("\xef\xbb\xbf\xc3\xa9: x\nb: !!str &a  y\nc:\nd:\n  - \n  - z\n");
  ASSERT_TRUE(result.diagnostics.empty());
  const Node& node = result.node;
  EXPECT_EQ(node.items[0].mark, (Mark{0, 1, 5}));
  EXPECT_EQ(node.items[1].mark, (Mark{0, 2, 14}));
  EXPECT_EQ(node.items[2].mark, (Mark{0, 3, 1})) << "nothing written: the key's place";
  EXPECT_EQ(node.items[3].items[0].mark, (Mark{0, 5, 3})) << "nothing written: the dash";
  EXPECT_EQ(node.items[3].items[1].mark, (Mark{0, 6, 5}));
}

TEST(Yaml, LineEndsAndDocuments) {
  EXPECT_EQ(said("a: |\r\n  x\r\n  y\r\nb: c\r\n"), R"({"a":"x\ny\n","b":"c"})");
  EXPECT_EQ(said(""), "null");
  EXPECT_EQ(said("# only\n"), "null");
  EXPECT_EQ(said("---\na: 1\n...\n"), R"({"a":1})");
  EXPECT_EQ(said("a: 1\n---\nb: 2\n"), "2:1 a second document in this file");
  EXPECT_EQ(said("%YAML 1.2\n---\na: 1\n"), R"({"a":1})");
  EXPECT_EQ(said("%YAML 1.1\n---\na: 1\n"), "1:1 YAML 1.1 is read as YAML 1.2");
  EXPECT_FALSE(read("%YAML 1.9\n---\na: 1\n").diagnostics.has_errors());
  EXPECT_TRUE(read("%YAML 3.0\n---\na: 1\n").diagnostics.has_errors());
}

TEST(Yaml, BytesThatAreNoText) {
  EXPECT_EQ(said("a: b\xff"), "1:5 byte 0xff is not UTF-8");
  EXPECT_EQ(said("a: \xed\xa0\x80"), "1:4 byte 0xed is not UTF-8");
  EXPECT_EQ(said("a: \xc0\x80"), "1:4 byte 0xc0 is not UTF-8");
  EXPECT_EQ(said(std::string_view("a: b\0c", 6)), "1:5 a NUL byte");
  EXPECT_EQ(said("a: b\n c\x04"), "2:3 control character 0x04");
  EXPECT_EQ(said("a: b\rc: d"), "1:5 a carriage return without a line feed");
  EXPECT_EQ(said("a: \"\\0\""), "1:4 a NUL character in a text");
  EXPECT_EQ(said("a: \"\\ud800\"").substr(0, 5), "1:11 ");
}

TEST(Yaml, SyntaxErrorsPointAtTheirCause) {
  EXPECT_EQ(said("a:\n\t- b"), "2:2 a tab in the indentation");
  EXPECT_EQ(said("a: [1, 2\nb: 3\n"), "1:4 a `[` is not closed");
  EXPECT_EQ(said("a: \"b\nc: d\n"), "1:4 a quoted text is not closed");
  EXPECT_EQ(said("a: 'it''s\n"), "1:4 a quoted text is not closed");
  EXPECT_EQ(said("a: \"b\\\""), "1:8 a quoted text is not closed");
  EXPECT_EQ(said("a: 'it''s'\n"), R"({"a":"it's"})");
  EXPECT_EQ(said("a: {b: ${c}}"), "1:8 `${...}` in a list or map in brackets needs quotes");
  EXPECT_EQ(said("a: [x,\n  ${c}]"), "2:3 `${...}` in a list or map in brackets needs quotes");
  EXPECT_EQ(said("a: [\"${c}\", b"), "1:4 a `[` is not closed");
  EXPECT_EQ(said("a: *b"), "1:4 no anchor of this name stands before this alias");
  EXPECT_EQ(said("? [a]\n: b"), "1:3 a key must be a text, not a list or a map");
  EXPECT_EQ(said("a: @b"), "1:4 no value can start with this character");
}

// Whatever the bytes, there is a node or an error, never a crash: every truncation and many
// single-byte changes.
TEST(Yaml, DamagedTextNeverCrashes) {
  const std::string text =
      "%YAML 1.2\n---\na: &x {b: [1, 'c''d', \"e\\n\"], <<: {f: 1}}\ng: |\n  h\n? i\n: *x\nj: "
      "!!str k # l\n...\n";
  std::size_t refused = 0;
  for (std::size_t length = 0; length <= text.size(); ++length) {
    refused += read(text.substr(0, length)).diagnostics.has_errors() ? 1 : 0;
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char c : {'[', '}', ':', '*', '&', '"', '\t', '\n', '\0', '\xff', '|', '-'}) {
      std::string damaged = text;
      damaged[at] = c;
      refused += read(damaged).diagnostics.has_errors() ? 1 : 0;
    }
  }
  EXPECT_GT(refused, 100U);
}

}  // namespace
}  // namespace mlpipe::spec
