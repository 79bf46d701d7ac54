#include <gtest/gtest.h>

#include "tests/graph/make_project.hpp"

namespace mlpipe {
namespace {

using graph::Selection;

spec::Project weather() {
  spec::Project project = make_project({{"prepare", {}, {"build/train.csv"}},
                                        {"train@0", {"build/train.csv"}, {"build/m0"}, {}, "train"},
                                        {"train@1", {"build/train.csv"}, {"build/m1"}, {}, "train"},
                                        {"compare", {}, {}, {"train"}},
                                        {"other", {}, {"o"}, {}, "", 1},
                                        {"prepare", {}, {"q"}, {}, "", 1}},
                                       2);
  project.stages[1].tags = {"slow"};
  project.stages[4].tags = {"slow", "side"};
  return project;
}

std::string chosen(const Selection& selection) {
  const spec::Project project = weather();
  spec::Diagnostics diagnostics;
  const graph::Graph built = graph::Graph::build(project, diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  const auto flags = graph::select(project, built, selection);
  if (!flags) {
    EXPECT_EQ(flags.error().code, Code::usage);
    return "error: " + flags.error().message;
  }
  std::string text;
  for (std::size_t i = 0; i < flags->size(); ++i) {
    text += (*flags)[i] ? '1' : '0';
  }
  return text;
}

constexpr auto only = Selection::Reach::only;

TEST(Select, EverythingByDefault) {
  EXPECT_EQ(chosen({}), "111111");
}

TEST(Select, WithUpstreamOnlyAndDownstream) {
  EXPECT_EQ(chosen({{"compare"}, {}, Selection::Reach::with_upstream}), "111100");
  EXPECT_EQ(chosen({{"compare"}, {}, only}), "000100");
  EXPECT_EQ(chosen({{"train@0"}, {}, Selection::Reach::downstream}), "010100");
}

TEST(Select, GroupsGlobsPipelinesAndPaths) {
  EXPECT_EQ(chosen({{"train"}, {}, only}), "011000");
  EXPECT_EQ(chosen({{"train@*"}, {}, only}), "011000");
  EXPECT_EQ(chosen({{"*:prepare"}, {}, only}), "100001");
  EXPECT_EQ(chosen({{"p1:"}, {}, only}), "000011");
  EXPECT_EQ(chosen({{"p1:prepare"}, {}, only}), "000001");
  EXPECT_EQ(chosen({{"p0:train"}, {}, only}), "011000");
  EXPECT_EQ(chosen({{"build/m1"}, {}, only}), "001000");
  EXPECT_EQ(chosen({{"./build/"}, {}, only}), "111000");
  EXPECT_EQ(chosen({{"build/m1/weights"}, {}, only}), "001000");
}

TEST(Select, TagsNarrow) {
  EXPECT_EQ(chosen({{}, {"slow"}, only}), "010010");
  EXPECT_EQ(chosen({{"train"}, {"slow"}, only}), "010000");
  EXPECT_EQ(chosen({{}, {"side"}, Selection::Reach::with_upstream}), "000010");
}

TEST(Select, WhatNamesNothingIsAnError) {
  EXPECT_EQ(chosen({{"comparee"}, {}, only}),
            "error: `comparee` is no stage, group, pipeline or output; did you mean `compare`?");
  EXPECT_EQ(chosen({{"zzzzzz*"}, {}, only}),
            "error: `zzzzzz*` is no stage, group, pipeline or output; `mlpipe graph` shows what "
            "there is");
  EXPECT_EQ(chosen({{"prepare"}, {}, only}),
            "error: `prepare` is in several pipelines; say which: p0:prepare, p1:prepare");
  EXPECT_EQ(chosen({{}, {"slwo"}, only}),
            "error: no stage has the tag `slwo`; did you mean `slow`?");
  EXPECT_EQ(chosen({{""}, {}, only}), "error: a target may not be empty");
  EXPECT_NE(chosen({{"../x"}, {}, only}).find("error"), std::string::npos);
}

}  // namespace
}  // namespace mlpipe
