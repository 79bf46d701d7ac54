#include "runner/base/ignore_rules.hpp"

#include <gtest/gtest.h>

namespace mlpipe {
namespace {

using Is = IgnoreRules::Is;

bool hides(std::string_view text, std::string_view path, Is entry = Is::other) {
  IgnoreRules rules;
  rules.add("", text);
  return rules.hides(path, entry);
}

TEST(IgnoreRules, NamesMatchAtAnyDepthPathsFromTheRoot) {
  EXPECT_TRUE(hides("*.log\n", "a/b/x.log"));
  EXPECT_TRUE(hides("/top\n", "top"));
  EXPECT_FALSE(hides("/top\n", "d/top"));
  EXPECT_FALSE(hides("sub/only\n", "d/sub/only"));
  EXPECT_TRUE(hides("sub/only\n", "sub/only"));
  EXPECT_TRUE(hides("**/deep/*.x\n", "d/deep/q.x"));
  EXPECT_TRUE(hides("**/deep/*.x\n", "deep/q.x"));
  EXPECT_FALSE(hides("**/deep/*.x\n", "d/deep/q.y"));
  EXPECT_TRUE(hides("a/**/b\n", "a/b"));
  EXPECT_TRUE(hides("a/**/b\n", "a/x/y/b"));
  EXPECT_TRUE(hides("abc/**\n", "abc/x"));
  EXPECT_FALSE(hides("abc/**\n", "abc", Is::folder));
}

TEST(IgnoreRules, ClassesEscapesAndFolders) {
  EXPECT_TRUE(hides("[ab].txt\n", "d/a.txt"));
  EXPECT_FALSE(hides("[!ab].txt\n", "d/a.txt"));
  EXPECT_TRUE(hides("\\#lit\n", "d/#lit"));
  EXPECT_FALSE(hides("# note\n", "# note"));
  EXPECT_TRUE(hides("dir/\n", "d/dir/f"));
  EXPECT_FALSE(hides("dir/\n", "d/dir"));
  EXPECT_FALSE(hides("a?c\n", "a/c"));
  EXPECT_TRUE(hides("trail \r\n", "trail"));
}

TEST(IgnoreRules, LaterRulesWinAndTakeBack) {
  EXPECT_FALSE(hides("*.log\n!keep.log\n", "d/keep.log"));
  EXPECT_TRUE(hides("!keep.log\n*.log\n", "d/keep.log"));
}

TEST(IgnoreRules, AFileInAFolderSpeaksOfThatFolderAlone) {
  IgnoreRules rules;
  rules.add("s", "/d/x\n");
  EXPECT_TRUE(rules.hides("s/d/x", Is::other));
  EXPECT_FALSE(rules.hides("d/x", Is::other));
}

TEST(IgnoreRules, ManyStarsEndSoon) {
  EXPECT_FALSE(hides("*a*a*a*a*a*a*a*a*a*a*b\n", std::string(300, 'a')));
}

}  // namespace
}  // namespace mlpipe
