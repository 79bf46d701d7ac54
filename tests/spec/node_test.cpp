#include "runner/spec/node.hpp"

#include <gtest/gtest.h>

#include "runner/spec/yaml_reader.hpp"

namespace mlpipe::spec {
namespace {

Node read(std::string_view text) {
  Diagnostics diagnostics;
  Node node = read_yaml(0, text, diagnostics);
  EXPECT_TRUE(diagnostics.empty()) << text;
  return node;
}

TEST(Node, FindsKeys) {
  const Node node = read("{a: 1, '': 2}");
  ASSERT_NE(node.find(""), nullptr);
  EXPECT_EQ(node.find("")->text, "2");
  EXPECT_EQ(node.find("b"), nullptr);
  EXPECT_EQ(read("[a]").find("a"), nullptr);
}

TEST(Node, SameIgnoresMarksAndSpelling) {
  EXPECT_TRUE(read("{a: [1, x]}").same(read("a:\n  - 0x1\n  - 'x'\n")));
  EXPECT_TRUE(read("1e1").same(read("10.0")));
  EXPECT_TRUE(read(".nan").same(read(".NaN")));
  EXPECT_TRUE(read("~").same(read("null")));
  EXPECT_FALSE(read("1").same(read("'1'")));
  EXPECT_FALSE(read("1").same(read("1.0")));
  EXPECT_FALSE(read("{a: 1, b: 2}").same(read("{b: 2, a: 1}")));
  EXPECT_FALSE(read("[1]").same(read("[1, 1]")));
  EXPECT_FALSE(read("[]").same(read("{}")));
}

TEST(CanonicalJson, Golden) {
  EXPECT_EQ(canonical_json(read("{b: 1, a: [x, ~, true], A: {}, ä: '', c: []}")),
            "{\"A\":{},\"a\":[\"x\",null,true],\"b\":1,\"c\":[],\"ä\":\"\"}");
  EXPECT_EQ(canonical_json(read("\"q\\\" b\\\\ n\\n r\\r t\\t e\\e / ü \\u2028\"")),
            "\"q\\\" b\\\\ n\\n r\\r t\\t e\\u001b / ü \u2028\"");
  EXPECT_EQ(canonical_json(read("[0.1, 1e21, 1e-7, 100000000000000000000.0, -0.0, 3.0, 1e16]")),
            "[0.1,1e+21,1e-07,1e+20,-0.0,3.0,1e+16]");
  EXPECT_EQ(canonical_json(read("[017, 0o17, 0x1f, +3, -007, 00]")), "[17,15,31,3,-7,0]");
}

TEST(CanonicalJson, EqualValuesGiveEqualBytesAndOthersDoNot) {
  EXPECT_EQ(canonical_json(read("{a: 1, b: 0.50}")), canonical_json(read("{b: 5e-1, a: 0x1}")));
  EXPECT_NE(canonical_json(read("1")), canonical_json(read("1.0")));
  EXPECT_NE(canonical_json(read(".inf")), canonical_json(read("'.inf'")));
  EXPECT_NE(canonical_json(read("~")), canonical_json(read("'null'")));
}

}  // namespace
}  // namespace mlpipe::spec
