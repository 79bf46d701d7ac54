#include "runner/graph/graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/graph/make_project.hpp"

namespace mlpipe {
namespace {

using graph::EdgeKind;
using graph::Graph;

std::string text(std::span<const StageId> ids, const spec::Project& project) {
  std::string joined;
  for (const StageId id : ids) {
    joined += (joined.empty() ? "" : " ") + project.stage(id).name;
  }
  return joined;
}

// "upstream of the last stage", with no diagnostics allowed.
std::string upstream_of_last(const std::vector<Made>& made) {
  const spec::Project project = make_project(made);
  spec::Diagnostics diagnostics;
  const Graph built = Graph::build(project, diagnostics);
  for (const auto& item : diagnostics.items()) {
    ADD_FAILURE() << item.message;
  }
  const StageId last{static_cast<std::uint32_t>(made.size() - 1)};
  return text(built.upstream(last), project);
}

std::vector<std::string> problems(const spec::Project& project) {
  spec::Diagnostics diagnostics;
  static_cast<void>(Graph::build(project, diagnostics));
  std::vector<std::string> found;
  for (const auto& item : diagnostics.items()) {
    found.push_back(std::to_string(item.mark.line) + ": " + item.message);
  }
  return found;
}

TEST(GraphEdges, AnOutEqualToADep) {
  EXPECT_EQ(upstream_of_last({{"a", {}, {"build/x"}}, {"b", {"build/x"}, {}}}), "a");
}

TEST(GraphEdges, ADepFolderAroundOuts) {
  EXPECT_EQ(upstream_of_last({{"a", {}, {"build/x/1"}},
                              {"b", {}, {"build0"}},
                              {"c", {}, {"build/y"}},
                              {"d", {"build"}, {}}}),
            "a c");
}

TEST(GraphEdges, ADepInsideAnOutFolder) {
  EXPECT_EQ(upstream_of_last({{"a", {}, {"build"}}, {"b", {}, {"buil"}}, {"c", {"build/x/1"}, {}}}),
            "a");
}

TEST(GraphEdges, TheRootCoversEverything) {
  EXPECT_EQ(upstream_of_last(
                {{"a", {}, {"x"}}, {"b", {}, {"y/z"}}, {"c", {}, {"*.bin"}}, {"d", {"."}, {}}}),
            "a b c");
}

TEST(GraphEdges, GlobsOnEitherSide) {
  EXPECT_EQ(
      upstream_of_last(
          {{"a", {}, {"build/1.csv"}}, {"b", {}, {"build/1.txt"}}, {"c", {"build/*.csv"}, {}}}),
      "a");
  EXPECT_EQ(upstream_of_last({{"a", {}, {"build/*.csv"}}, {"b", {"build/1.csv"}, {}}}), "a");
  EXPECT_EQ(upstream_of_last({{"a", {}, {"build/*.csv"}}, {"b", {"build/1.txt"}, {}}}), "");
  EXPECT_EQ(upstream_of_last({{"a", {}, {"build/*.csv"}}, {"b", {"build"}, {}}}), "a");
  EXPECT_EQ(upstream_of_last({{"a", {}, {"build/*.csv"}}, {"b", {"build/part-*"}, {}}}), "a");
  EXPECT_EQ(upstream_of_last({{"a", {}, {"build/*.csv"}}, {"b", {"build/*.txt"}, {}}}), "");
  EXPECT_EQ(upstream_of_last({{"a", {}, {"build/sub"}}, {"b", {"build/*/x.csv"}, {}}}), "a");
  EXPECT_EQ(upstream_of_last({{"a", {}, {"build/sub/deep/x.csv"}}, {"b", {"build/*"}, {}}}), "a");
  EXPECT_EQ(upstream_of_last({{"a", {}, {"build"}}, {"b", {"build/**/x.csv"}, {}}}), "a");
  EXPECT_EQ(upstream_of_last({{"a", {}, {"x.csv"}}, {"b", {"*.csv"}, {}}}), "a");
}

TEST(GraphEdges, AGlobDoesNotReachBelowAFile) {
  EXPECT_EQ(upstream_of_last({{"a", {}, {"data/report.txt"}}, {"b", {"data/**/*.csv"}, {}}}), "");
}

TEST(GraphEdges, OddNames) {
  EXPECT_EQ(upstream_of_last(
                {{"a", {}, {"dat\xc3\xa4/new\nline/x"}}, {"b", {"dat\xc3\xa4/new\nline"}, {}}}),
            "a");
}

TEST(GraphEdges, ACheckpointIsNone) {
  spec::Project project = make_project({{"a", {}, {}}, {"b", {"ckpt/x"}, {}}});
  project.stages[0].checkpoint = spec::Checkpoint{"ckpt", 1};
  spec::Diagnostics diagnostics;
  const Graph built = Graph::build(project, diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_TRUE(built.upstream(StageId{1}).empty());
  EXPECT_FALSE(built.produced("ckpt/x"));
}

TEST(GraphEdges, NamesOfStagesGroupsAndOtherPipelines) {
  const spec::Project project = make_project({{"t@0", {}, {}, {}, "t"},
                                              {"t@1", {}, {}, {}, "t"},
                                              {"x", {}, {}, {}, "", 1},
                                              {"y@0", {}, {}, {}, "y", 1},
                                              {"z", {}, {}, {"t", "p1:x", "p1:y"}}},
                                             2);
  spec::Diagnostics diagnostics;
  const Graph built = Graph::build(project, diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(text(built.upstream(StageId{4}), project), "t@0 t@1 x y@0");
}

TEST(GraphEdges, FilesCountMoreThanNeedsAndNeedsMoreThanAfter) {
  spec::Project project =
      make_project({{"a", {}, {"f"}}, {"b", {}, {}}, {"c", {}, {}}, {"d", {"f"}, {}, {"a", "b"}}});
  spec::When when;
  when.stage = {{"a", {"failed"}}, {"b", {"failed"}}, {"c", {"failed"}}};
  project.stages[3].when = when;
  spec::Diagnostics diagnostics;
  const Graph built = Graph::build(project, diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(built.edge(StageId{0}, StageId{3}), EdgeKind::file);
  EXPECT_EQ(built.edge(StageId{1}, StageId{3}), EdgeKind::needs);
  EXPECT_EQ(built.edge(StageId{2}, StageId{3}), EdgeKind::after);
  EXPECT_EQ(text(built.downstream(StageId{2}), project), "d");
}

TEST(GraphProduced, EqualAroundAndInside) {
  const spec::Project project = make_project({{"a", {}, {"build/x", "logs/*.txt"}}});
  spec::Diagnostics diagnostics;
  const Graph built = Graph::build(project, diagnostics);
  for (const char* path : {"build/x", "build/x/1", "build", "logs/a.txt", "logs", "logs/*", "."}) {
    EXPECT_TRUE(built.produced(path)) << path;
  }
  for (const char* path : {"build/y", "buil", "logs/a.csv", "x"}) {
    EXPECT_FALSE(built.produced(path)) << path;
  }
}

TEST(GraphProblems, EveryCycleOnceWithItsPath) {
  const auto found = problems(make_project({{"a", {"z"}, {"x"}},
                                            {"b", {"x"}, {"y"}},
                                            {"c", {"y"}, {"z"}},
                                            {"free", {"x"}, {}},
                                            {"d", {}, {}, {"e"}},
                                            {"e", {}, {}, {"d"}},
                                            {"self", {}, {}, {"self"}}}));
  EXPECT_EQ(found, (std::vector<std::string>{"10: stages wait for each other: a -> b -> c -> a",
                                             "50: stages wait for each other: d -> e -> d",
                                             "70: stages wait for each other: self -> self"}));
}

TEST(GraphProblems, ACycleSaysThroughWhat) {
  const spec::Project project = make_project({{"a", {"y"}, {"x"}}, {"b", {"x"}, {"y"}, {"a"}}});
  spec::Diagnostics diagnostics;
  static_cast<void>(Graph::build(project, diagnostics));
  ASSERT_EQ(diagnostics.items().size(), 1U);
  EXPECT_EQ(diagnostics.items()[0].hint, "cut one of: `b` reads `x` of `a`; `a` reads `y` of `b`");
}

TEST(GraphProblems, TwoStagesWriteOnePath) {
  EXPECT_EQ(problems(make_project({{"a", {}, {"x"}}, {"b", {}, {"x"}}, {"c", {}, {"x"}}})),
            (std::vector<std::string>{"22: `x` is written by two stages, `a` and `b` (line 12)",
                                      "32: `x` is written by two stages, `a` and `c` (line 12)"}));
  EXPECT_EQ(problems(make_project({{"a", {}, {"m/*.bin"}}, {"b", {}, {"m/x.bin"}}})).size(), 1U);
  EXPECT_EQ(problems(make_project({{"b", {}, {"m/x.bin"}}, {"a", {}, {"m/*.bin"}}})).size(), 1U);
  EXPECT_EQ(problems(make_project({{"a", {}, {"m/a*.bin"}}, {"b", {}, {"m/*b.bin"}}})).size(), 1U);
  EXPECT_EQ(problems(make_project({{"a", {}, {"m/a*.bin"}}, {"b", {}, {"m/b*.bin"}}})).size(), 0U);
  EXPECT_EQ(problems(make_project({{"a", {}, {"m/*.bin"}}, {"b", {}, {"m/*.bin"}}})).size(), 1U);
}

TEST(GraphProblems, AnOutInsideAnOut) {
  EXPECT_EQ(
      problems(make_project({{"a", {}, {"build"}}, {"b", {}, {"build/x/y"}}})),
      std::vector<std::string>{"22: `build/x/y` of `b` lies inside `build` of `a` (line 12)"});
  EXPECT_EQ(problems(make_project({{"b", {}, {"build/x/y"}}, {"a", {}, {"build"}}})).size(), 1U);
  EXPECT_EQ(problems(make_project({{"a", {}, {"build", "build/x"}}})).size(), 1U);
  EXPECT_EQ(problems(make_project({{"a", {}, {"build"}}, {"b", {}, {"build/*.csv"}}})).size(), 1U);
  EXPECT_EQ(problems(make_project({{"a", {}, {"."}}, {"b", {}, {"x"}}})).size(), 1U);
  EXPECT_EQ(problems(make_project({{"a", {}, {"build"}}, {"b", {}, {"build0/x"}}})).size(), 0U);
}

TEST(GraphProblems, AGlobOutAndAFolderOut) {
  EXPECT_EQ(problems(make_project({{"a", {}, {"m/*"}}, {"b", {}, {"m/q/x"}}})),
            std::vector<std::string>{"22: `m/q/x` of `b` lies inside `m/*` of `a` (line 12)"});
  EXPECT_EQ(problems(make_project({{"a", {}, {"m/**/x/y"}}, {"b", {}, {"m/q"}}})),
            std::vector<std::string>{"12: `m/**/x/y` of `a` lies inside `m/q` of `b` (line 22)"});
  EXPECT_EQ(problems(make_project({{"a", {}, {"m/*.csv", "m/x.json", "m/a*"}}})).size(), 0U);
}

TEST(GraphProblems, OwnOutAsDep) {
  EXPECT_EQ(problems(make_project({{"a", {"x"}, {"x"}}})),
            std::vector<std::string>{"11: `x` is both a dep and an out of `a`"});
  EXPECT_EQ(
      problems(make_project({{"a", {"data"}, {"data/clean.csv"}}})),
      std::vector<std::string>{"11: the dep `data` of `a` covers its own out `data/clean.csv`"});
  EXPECT_EQ(problems(make_project({{"a", {"data/*.csv"}, {"data/clean.csv"}}})).size(), 1U);
  EXPECT_EQ(problems(make_project({{"a", {"data/x"}, {"data"}}})).size(), 1U);
}

TEST(GraphProblems, UnknownNamesWithTheNearest) {
  const spec::Project project = make_project({{"train", {}, {}},
                                              {"b", {}, {}, {"trian", "p1:prepar", "nothing"}},
                                              {"prepare", {}, {}, {}, "", 1}},
                                             2);
  spec::Diagnostics diagnostics;
  static_cast<void>(Graph::build(project, diagnostics));
  ASSERT_EQ(diagnostics.items().size(), 3U);
  EXPECT_EQ(diagnostics.items()[0].hint, "did you mean `train`?");
  EXPECT_EQ(diagnostics.items()[1].hint, "did you mean `p1:prepare`?");
  EXPECT_EQ(diagnostics.items()[2].hint, "");
  EXPECT_EQ(diagnostics.items()[2].mark, (spec::Mark{0, 23, 7}));
}

TEST(GraphProblems, AllAtOnce) {
  EXPECT_EQ(problems(make_project({{"a", {}, {"x"}},
                                   {"b", {}, {"x"}},
                                   {"c", {}, {}, {"d"}},
                                   {"d", {}, {}, {"c", "q"}}}))
                .size(),
            3U);
}

TEST(GraphOrder, FileOrderAmongEquals) {
  const spec::Project project =
      make_project({{"z", {"m"}, {}}, {"b", {}, {}}, {"a", {}, {"m"}}, {"c", {}, {}}});
  spec::Diagnostics diagnostics;
  const Graph built = Graph::build(project, diagnostics);
  EXPECT_EQ(text(built.topological(), project), "b a z c");
}

TEST(GraphOrder, EmptyProject) {
  const spec::Project project = make_project({});
  spec::Diagnostics diagnostics;
  const Graph built = Graph::build(project, diagnostics);
  EXPECT_EQ(built.size(), 0U);
  EXPECT_TRUE(built.topological().empty());
  EXPECT_FALSE(built.produced("x"));
  EXPECT_TRUE(graph::critical_path(built, {}).empty());
}

TEST(GraphOrder, ADeepChainNeedsNoStack) {
  std::vector<Made> made;
  constexpr int depth = 50'000;
  for (int i = 0; i < depth; ++i) {
    made.push_back({"s" + std::to_string(i),
                    {"o" + std::to_string((i + depth - 1) % depth)},
                    {"o" + std::to_string(i)}});
  }
  EXPECT_EQ(problems(make_project(made)).size(), 1U);
  made[0].deps.clear();
  const spec::Project project = make_project(made);
  spec::Diagnostics diagnostics;
  const Graph built = Graph::build(project, diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_DOUBLE_EQ(graph::critical_path(built, std::vector<double>(made.size(), 1.0))[0], depth);
}

TEST(CriticalPath, TheLongestWayToTheEnd) {
  const spec::Project project = make_project(
      {{"a", {}, {"x"}}, {"b", {"x"}, {"y"}}, {"c", {"x"}, {"z"}}, {"d", {"y", "z"}, {}}});
  spec::Diagnostics diagnostics;
  const Graph built = Graph::build(project, diagnostics);
  EXPECT_EQ(graph::critical_path(built, std::vector<double>{1, 2, 5, 10}),
            (std::vector<double>{16, 12, 15, 10}));
}

}  // namespace
}  // namespace mlpipe
