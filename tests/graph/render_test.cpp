#include "runner/graph/render.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/graph/make_project.hpp"

namespace mlpipe {
namespace {

class RenderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    project_ = make_project({{"prepare", {"raw.csv"}, {"build/train.csv"}},
                             {"check", {"build/train.csv"}, {}},
                             {"unit", {}, {}},
                             {"train", {"build/train.csv"}, {"build/model"}, {"check", "unit"}},
                             {"odd\"<\n#\\", {"build/model"}, {}}});
    project_.stages[1].kind = "data_check";
    project_.stages[3].kind = "train";
    project_.stages[3].cmd = "python3 train.py";
    project_.stages[3].params = {{"params.yaml", "train.depth", "3"}};
    spec::Diagnostics diagnostics;
    graph_ = graph::Graph::build(project_, diagnostics);
    ASSERT_TRUE(diagnostics.empty());
  }
  graph::Shown all_ = graph::Shown(5, true);
  spec::Project project_;
  graph::Graph graph_;
};

TEST_F(RenderTest, Tree) {
  EXPECT_EQ(graph::to_tree(project_, graph_, all_),
            "prepare\n"
            "└── check  data_check\n"
            "unit\n"
            "└── train  train  (also after prepare, check)\n"
            "    └── odd\"<\\x0a#\\\n");
}

TEST_F(RenderTest, TreeOfAFork) {
  all_[2] = false;
  all_[4] = false;
  project_.stages[3].needs = {};
  spec::Diagnostics diagnostics;
  graph_ = graph::Graph::build(project_, diagnostics);
  EXPECT_EQ(graph::to_tree(project_, graph_, all_),
            "prepare\n"
            "├── check  data_check\n"
            "└── train  train\n");
}

TEST_F(RenderTest, Mermaid) {
  all_[2] = false;
  EXPECT_EQ(graph::to_mermaid(project_, graph_, all_),
            "flowchart TD\n"
            "  s0[\"prepare\"]\n"
            "  s1[\"check\"]\n"
            "  s3[\"train\"]\n"
            "  s4[\"odd#34;#60;\\x0a#35;\\\"]\n"
            "  s0 --> s1\n"
            "  s0 --> s3\n"
            "  s1 -.-> s3\n"
            "  s3 --> s4\n");
}

TEST_F(RenderTest, Dot) {
  all_[0] = all_[1] = false;
  EXPECT_EQ(graph::to_dot(project_, graph_, all_),
            "digraph mlpipe {\n"
            "  node [shape=box];\n"
            "  s2 [label=\"unit\"];\n"
            "  s3 [label=\"train\"];\n"
            "  s4 [label=\"odd\\\"<\\\\x0a#\\\\\"];\n"
            "  s2 -> s3 [style=dashed];\n"
            "  s3 -> s4;\n"
            "}\n");
}

TEST_F(RenderTest, Json) {
  const auto json = nlohmann::json::parse(graph::to_json(project_, graph_, all_));
  EXPECT_EQ(json["stages"].size(), 5U);
  EXPECT_EQ(json["stages"][3],
            nlohmann::json::parse(
                R"({"name":"train","kind":"train","cmd":"python3 train.py","working_dir":".",
              "deps":["build/train.csv"],"outs":["build/model"],"params":["params.yaml:train.depth"],
              "needs":["check","unit"]})"));
  EXPECT_EQ(json["stages"][4]["name"], "odd\"<\n#\\");
  EXPECT_EQ(json["edges"][0], nlohmann::json::parse(R"(["prepare","check"])"));
  EXPECT_EQ(json["edges"].size(), 5U);
}

TEST_F(RenderTest, NothingShown) {
  const graph::Shown none(5, false);
  EXPECT_EQ(graph::to_tree(project_, graph_, none), "");
  EXPECT_EQ(graph::to_json(project_, graph_, none), "{\"stages\":[],\"edges\":[]}\n");
}

TEST(RenderLarge, ALongChainStaysLinear) {
  std::vector<Made> made;
  for (int i = 0; i < 20'000; ++i) {
    made.push_back({std::to_string(i), {}, {}});
    if (i > 0) {
      made.back().needs.push_back(std::to_string(i - 1));
    }
  }
  const spec::Project project = make_project(made);
  spec::Diagnostics diagnostics;
  const graph::Graph built = graph::Graph::build(project, diagnostics);
  const std::string tree = graph::to_tree(project, built, graph::Shown(made.size(), true));
  EXPECT_EQ(std::count(tree.begin(), tree.end(), '\n'), 20'000);
  EXPECT_LT(tree.size(), 20'000U * 200);
}

}  // namespace
}  // namespace mlpipe
