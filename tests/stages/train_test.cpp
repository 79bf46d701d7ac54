#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "stages/shared/files.hpp"
#include "tests/stages/step_folder.hpp"

namespace mlpipe {
namespace {

using Json = nlohmann::json;
using plan::Outcome;

class Metrics : public testing::TestWithParam<const char*> {
 protected:
  plan::StepResult judge(std::vector<std::string> metrics, int command_exit = 0) {
    plan::StepInput input;
    input.root = folder.root();
    input.metrics = std::move(metrics);
    input.command_exit = command_exit;
    return run_step(stage_of(GetParam(), "{}"), input);
  }
  StepFolder folder;
};
INSTANTIATE_TEST_SUITE_P(Kinds, Metrics, testing::Values("train", "command"),
                         [](const auto& kind) { return std::string(kind.param); });

TEST_P(Metrics, OfEveryFormatAreReported) {
  folder.write("build/m.json", R"({"test": {"accuracy": 0.861}, "classes": ["a"]})");
  folder.write("build/m.yaml", "loss: 0.31\n");
  folder.write("build/log.csv", "epoch,f1\n1,0.5\n2,0.75\n");
  const auto result = judge({"build/m.json", "build/m.yaml", "build/log.csv"});
  EXPECT_EQ(result.outcome, Outcome::passed);
  EXPECT_EQ(Json::parse(result.metrics),
            (Json{{"test.accuracy", 0.861}, {"loss", 0.31}, {"epoch", 2}, {"f1", 0.75}}));
  EXPECT_EQ(result.summary, "epoch 2, f1 0.75, loss 0.31, test.accuracy 0.861");
}

TEST_P(Metrics, OfOneNameInTwoFilesAreToldApart) {
  folder.write("a.json", R"({"accuracy": 1, "n": 3})");
  folder.write("b.json", R"({"accuracy": 0.5})");
  EXPECT_EQ(Json::parse(judge({"a.json", "b.json"}).metrics),
            (Json{{"accuracy@a.json", 1}, {"accuracy@b.json", 0.5}, {"n", 3}}));
}

TEST_P(Metrics, PatternsAndStrangeNames) {
  folder.write("build/\xc3\xa9 \n.json", R"({"a": 1})");
  folder.write("build/[x].json", R"({"b": 2})");
  EXPECT_EQ(Json::parse(judge({"build/*.json"}).metrics), (Json{{"a", 1}, {"b", 2}}));
  EXPECT_EQ(Json::parse(judge({"build/[x].json"}).metrics), (Json{{"b", 2}}));
}

TEST_P(Metrics, MissingFileIsNamed) {
  const auto result = judge({"build/m.json"});
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_NE(result.summary.find("the metrics file build/m.json is missing"), std::string::npos);
  EXPECT_EQ(judge({"build/*.json"}).outcome, Outcome::failed);
  folder.write("file", "");
  EXPECT_EQ(judge({"file/m.json"}).outcome, Outcome::failed);  // a path through a file
}

TEST_P(Metrics, UnreadableFileIsNamed) {
  folder.write("m.json", "{\"a\": ");
  const auto result = judge({"m.json"});
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_NE(result.summary.find("m.json: "), std::string::npos) << result.summary;
  ASSERT_EQ(result.findings.size(), 1U);
}

TEST_P(Metrics, NotFiniteIsErroredAndTheRestIsKept) {
  folder.write("m.json", R"({"loss": NaN, "accuracy": 0.5, "best": null, "top": Infinity})");
  const auto result = judge({"m.json"});
  EXPECT_EQ(result.outcome, Outcome::errored);
  EXPECT_EQ(result.summary, "loss is NaN and 1 metric more");
  EXPECT_EQ(result.findings.size(), 2U);
  EXPECT_EQ(Json::parse(result.metrics), (Json{{"accuracy", 0.5}}));
  EXPECT_EQ(Json::parse(result.details)["files"][0]["errored"],
            (Json{{"loss", "NaN"}, {"top", "infinity"}}));
}

TEST_P(Metrics, AFailedCommandNeverPasses) {
  folder.write("m.json", R"({"a": 1})");
  EXPECT_EQ(judge({"m.json"}, 1).outcome, Outcome::failed);
}

TEST_P(Metrics, StepRunsOnlyWhereMetricsAreDeclared) {
  spec::Stage stage = stage_of(GetParam(), "{}");
  stage.outs = {{"model.bin", spec::OutRole::out, spec::Caching::cached, spec::Persist::no, {}}};
  EXPECT_EQ(lowered(stage).native, plan::Native::none);
  stage.outs.push_back(
      {"m.json", spec::OutRole::metric, spec::Caching::cached, spec::Persist::no, {}});
  EXPECT_EQ(lowered(stage).native, plan::Native::after_command);
  EXPECT_EQ(lowered(stage).after_failure, plan::AfterFailure::skip_step);
}

TEST(LastLines, FitBothLimits) {
  EXPECT_EQ(stages::last_lines("a\nb\nc\n", 2, 100), "...\nb\nc");
  EXPECT_EQ(stages::last_lines("\n\na\nb \n", 2, 100), "a\nb");
  EXPECT_EQ(stages::last_lines("", 2, 100), "");
  EXPECT_EQ(stages::last_lines("\n", 2, 100), "");
  EXPECT_EQ(stages::last_lines("aaaa\nbb", 9, 4), "...\nbb");
  EXPECT_EQ(stages::last_lines("xxxxé", 9, 1), "...");
  EXPECT_EQ(stages::last_lines("xxxxéy", 9, 3), "...éy");
}

}  // namespace
}  // namespace mlpipe
