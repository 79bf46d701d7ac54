#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/stages/step_folder.hpp"

namespace mlpipe {
namespace {

using Json = nlohmann::json;
using plan::Finding;
using plan::Outcome;

std::string config_of(const std::string& gates, const std::string& more = "") {
  return "{candidate: {metrics: m.json}, baseline: {blessed: main}, gates: [" + gates + "]" +
         (more.empty() ? "" : ", " + more) + "}";
}

std::string baseline_of(const std::string& metrics, const std::string& more = "") {
  return R"({"source": "blessed", "id": "blessed:main:7", "name": "main, run 7", "metrics": )" +
         metrics + more + "}";
}

class Regression : public testing::Test {
 protected:
  plan::StepResult judge(const std::string& config, std::optional<std::string> baseline) {
    plan::StepInput input;
    input.root = folder.root();
    input.baseline = std::move(baseline);
    input.baseline_note =
        input.baseline ? "" : "no blessed result of branch main of compare is recorded here";
    return run_step(stage_of("regression", config), input);
  }
  // One gate on m.json with `candidate`, compared with `baseline`.
  plan::StepResult gate(const std::string& candidate, const std::string& baseline,
                        const std::string& gate_text) {
    folder.write("m.json", "{\"x\": " + candidate + "}");
    return judge(config_of("{metric: x, " + gate_text + "}"),
                 baseline_of("{\"x\": " + baseline + "}"));
  }
  StepFolder folder;
};

TEST_F(Regression, ADropIsToldInPeoplesWords) {
  folder.write("m.json", R"({"accuracy": 0.842, "loss": 0.3})");
  const auto result =
      judge(config_of("{metric: accuracy, max_drop: 0.01}, {metric: loss, max: 0.5}"),
            baseline_of(R"({"accuracy": 0.861})"));
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_EQ(result.summary,
            "1 of 2 gates failed: accuracy fell from 0.861 to 0.842 (-0.019), allowed is -0.010");
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings[0].title, "accuracy");
  const Json details = Json::parse(result.details);
  const Json& first = details["gates"][0];
  EXPECT_EQ(first["candidate"], 0.842);
  EXPECT_EQ(first["baseline"], 0.861);
  EXPECT_NEAR(first["change"].get<double>(), -0.019, 1e-12);
  EXPECT_EQ(first["limit"], "max_drop 0.01");
  EXPECT_EQ(first["status"], "failed");
  EXPECT_EQ(details["gates"][1]["status"], "passed");
  EXPECT_EQ(details["baseline"]["id"], "blessed:main:7");
  EXPECT_EQ(details["candidate"], Json::parse(result.metrics));  // what later runs compare with
  EXPECT_FALSE(details["candidate"].empty());
  EXPECT_EQ(Json::parse(result.metrics), (Json{{"accuracy", 0.842}, {"loss", 0.3}}));
}

struct Case {
  const char* candidate;
  const char* baseline;
  const char* gate;
  Outcome outcome;
};

TEST_F(Regression, LimitsAtTheirEdges) {
  for (const Case& c : {
           Case{"0.851", "0.861", "max_drop: 0.01",
                Outcome::passed},  // 0.861 - 0.851 > 0.01 in binary
           {"0.8509", "0.861", "max_drop: 0.01", Outcome::failed},
           {"0.9", "0.861", "max_drop: 0", Outcome::passed},
           {"0.861", "0.861", "max_drop: 0", Outcome::passed},
           {"0.8609999", "0.861", "max_drop: 0", Outcome::failed},
           {"1.05", "1", "higher_is_better: false, max_drop: 0.05", Outcome::passed},
           {"1.06", "1", "higher_is_better: false, max_drop: 0.05", Outcome::failed},
           {"0.5", "1", "higher_is_better: false, max_drop: 0.05", Outcome::passed},
           {"90", "100", "max_drop_relative: 0.1", Outcome::passed},
           {"89.99", "100", "max_drop_relative: 0.1", Outcome::failed},
           {"-110", "-100", "max_drop_relative: 0.1", Outcome::passed},
           {"-110.1", "-100", "max_drop_relative: 0.1", Outcome::failed},
           {"90", "100", "max_drop_relative: 0.2, max_drop: 5", Outcome::failed},
           {"1", "0", "max_drop_relative: 0.1", Outcome::passed},  // better than 0 needs no share
           {"-1", "0", "max_drop_relative: 0.1", Outcome::errored},
           {"0.75", "0.1", "min: 0.75", Outcome::passed},
           {"0.7499", "0.1", "min: 0.75", Outcome::failed},
           {"0.1", "9", "max: 0.1", Outcome::passed},
           {"0.11", "9", "max: 0.1", Outcome::failed},
           {"0.11", "9", "max: 0.1, severity: warning", Outcome::warned},
           {"1e308", "-1e308", "higher_is_better: false, max_drop: 1", Outcome::errored},
       }) {
    const auto result = gate(c.candidate, c.baseline, c.gate);
    EXPECT_EQ(result.outcome, c.outcome)
        << c.candidate << " " << c.baseline << " " << c.gate << ": " << result.summary;
  }
}

TEST_F(Regression, WordsOfOtherLimits) {
  EXPECT_EQ(gate("1.31", "1.2", "higher_is_better: false, max_drop: 0.05").findings.at(0).message,
            "x rose from 1.2 to 1.31 (+0.11), allowed is +0.05");
  EXPECT_EQ(gate("85", "100", "max_drop_relative: 0.1").findings.at(0).message,
            "x fell from 100 to 85 (-15 %), allowed is -10 %");
  EXPECT_EQ(gate("0.5", "0.6", "max_drop: 0").findings.at(0).message,
            "x fell from 0.6 to 0.5 (-0.1), it must not get worse");
  EXPECT_EQ(gate("0.7", "0.7", "min: 0.75").findings.at(0).message,
            "x is 0.7, at least 0.75 is asked for");
  EXPECT_EQ(gate("0.9", "0.8", "max_drop: 0.1").summary,
            "1 gate passed: x rose from 0.8 to 0.9 (+0.1)");
  // Values that would look alike are shown with the digits that differ.
  EXPECT_EQ(gate("0.49999999", "1", "min: 0.5").findings.at(0).message,
            "x is 0.49999999, at least 0.5 is asked for");
}

TEST_F(Regression, WhatCannotBeEvaluatedIsAnErrorNeverAPass) {
  for (const char* metrics :
       {"{}", R"({"accuracy": NaN})", R"({"accuracy": null})", R"({"accuracy": "0.9"})"}) {
    folder.write("m.json", metrics);
    const auto result = judge(config_of("{metric: accuracy, max_drop: 0.01, severity: warning}"),
                              baseline_of(R"({"accuracy": 0.5})"));
    EXPECT_EQ(result.outcome, Outcome::errored) << metrics;
    EXPECT_NE(result.summary.find("accuracy"), std::string::npos) << result.summary;
    EXPECT_EQ(Json::parse(result.details)["gates"][0]["candidate"], nullptr);
  }
  folder.write("m.json", R"({"acuracy": 0.9})");
  EXPECT_NE(
      judge(config_of("{metric: accuracy, min: 0}"), std::nullopt).summary.find("it has acuracy"),
      std::string::npos);
  folder.write("m.json", "{");
  EXPECT_EQ(judge(config_of("{metric: accuracy, min: 0}"), std::nullopt).outcome, Outcome::errored);
  StepFolder empty;
  EXPECT_EQ(judge("{candidate: {metrics: none.json}, gates: [{metric: a, min: 0}]}", std::nullopt)
                .outcome,
            Outcome::errored);
}

TEST_F(Regression, MissingBaseline) {
  folder.write("m.json", R"({"accuracy": 0.9})");
  const std::string both = "{metric: accuracy, max_drop: 0.01}, {metric: accuracy, min: 0.95}";
  const std::string drop = "{metric: accuracy, max_drop: 0.01}";
  EXPECT_EQ(judge(config_of(drop), std::nullopt).outcome, Outcome::warned);
  EXPECT_EQ(judge(config_of(drop, "on_missing: warn"), std::nullopt).outcome, Outcome::warned);
  EXPECT_EQ(judge(config_of(drop, "on_missing: pass"), std::nullopt).outcome, Outcome::passed);
  EXPECT_EQ(judge(config_of(drop, "on_missing: fail"), std::nullopt).outcome, Outcome::failed);
  EXPECT_EQ(
      judge(config_of("{metric: accuracy, max_drop: 0.01, severity: warning}", "on_missing: fail"),
            std::nullopt)
          .outcome,
      Outcome::warned);
  // Absolute limits are judged all the same, also within one gate.
  EXPECT_EQ(judge(config_of(both, "on_missing: pass"), std::nullopt).outcome, Outcome::failed);
  EXPECT_EQ(judge(config_of("{metric: accuracy, max_drop: 0.01, min: 0.95}", "on_missing: pass"),
                  std::nullopt)
                .outcome,
            Outcome::failed);
  const auto result = judge(config_of(drop), std::nullopt);
  EXPECT_NE(result.summary.find("no blessed result of branch main of compare is recorded here"),
            std::string::npos)
      << result.summary;
  EXPECT_EQ(
      Json::parse(
          judge(config_of(drop, "on_missing: pass"), std::nullopt).details)["gates"][0]["status"],
      "skipped");
}

TEST_F(Regression, MetricMissingInTheBaseline) {
  folder.write("m.json", R"({"accuracy": 0.9})");
  const auto result = judge(config_of("{metric: accuracy, max_drop: 0.01}", "on_missing: fail"),
                            baseline_of(R"({"loss": 1})"));
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_NE(result.summary.find("(main, run 7) holds no metric accuracy"), std::string::npos)
      << result.summary;
}

TEST_F(Regression, SeedsAreComparedByTheirMean) {
  folder.write("m0.json", R"({"accuracy": 0.80})");
  folder.write("m1.json", R"({"accuracy": 0.90})");
  const std::string gates =
      ", baseline: {blessed: main}, gates: [{metric: accuracy, max_drop: 0.01}]}";
  const auto result = judge("{candidate: {metrics: [m0.json, m1.json]}" + gates,
                            baseline_of(R"({"accuracy": 0.86})"));
  EXPECT_EQ(result.outcome, Outcome::passed) << result.summary;
  const Json gate = Json::parse(result.details)["gates"][0];
  EXPECT_DOUBLE_EQ(gate["candidate"].get<double>(), 0.85);
  EXPECT_EQ(gate["spread"]["files"], 2);
  EXPECT_EQ(gate["spread"]["min"], 0.8);
  EXPECT_NEAR(gate["spread"]["deviation"].get<double>(), 0.0707106781, 1e-9);
  // One seed without the metric is no smaller mean but an error that names the file.
  folder.write("m1.json", R"({"other": 1})");
  const auto holey =
      judge("{candidate: {metrics: 'm?.json'}" + gates, baseline_of(R"({"accuracy": 0.86})"));
  EXPECT_EQ(holey.outcome, Outcome::errored);
  EXPECT_NE(holey.summary.find("m1.json holds no metric accuracy"), std::string::npos)
      << holey.summary;
}

TEST_F(Regression, SmallDropsAddUpSinceTheLastBlessing) {
  folder.write("m.json", R"({"accuracy": 0.855})");
  const auto with = [&](const char* blessed) {
    return judge(
        config_of("{metric: accuracy, max_drop: 0.01}"),
        baseline_of(R"({"accuracy": 0.86})",
                    std::string(R"(, "since_blessing": {"id": "run 3", "metrics": {"accuracy": )") +
                        blessed + "}}"));
  };
  EXPECT_EQ(with("0.86").outcome, Outcome::passed);
  const auto result = with("0.9");
  EXPECT_EQ(result.outcome, Outcome::warned);
  EXPECT_NE(result.summary.find(
                "accuracy fell from 0.9 to 0.855 since the last explicit blessing (run 3)"),
            std::string::npos)
      << result.summary;
  EXPECT_NEAR(Json::parse(result.details)["gates"][0]["since_blessing"].get<double>(), -0.045,
              1e-12);
}

TEST_F(Regression, ABaselineThatCannotBeReadIsAnError) {
  folder.write("m.json", R"({"accuracy": 0.855})");
  plan::StepInput input;
  input.root = folder.root();
  input.config =
      lowered(stage_of("regression", config_of("{metric: accuracy, max_drop: 0.01}"))).config;
  stages::Host host;
  for (const char* bad :
       {"{}", R"({"source": "git", "id": "x", "metrics": {"accuracy": "high"}})", "[]", "{"}) {
    input.baseline = bad;
    const auto result = stages::find_kind("regression")->step(input, host);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code, Code::corrupt);
  }
}

TEST(RegressionLowering, NamesBaselineAndCandidate) {
  using Source = plan::BaselineRef::Source;
  const auto lower = [](const std::string& baseline) {
    return lowered(stage_of("regression", "{candidate: {metrics: [a.json, b.json]}, baseline: " +
                                              baseline + ", gates: [{metric: x, max_drop: 1}]}"));
  };
  EXPECT_EQ(lower("{blessed: main}").baseline->source, Source::blessed);
  EXPECT_EQ(lower("{blessed: main}").baseline->name, "main");
  EXPECT_EQ(lower("{git: v1}").baseline->source, Source::git);
  EXPECT_EQ(lower("{run: last_passed}").baseline->source, Source::last_passed_run);
  EXPECT_EQ(lower("{deployed: prod}").baseline->source, Source::deployed);
  EXPECT_EQ(lower("{path: [p.json, q.json]}").baseline->paths,
            (std::vector<std::string>{"p.json", "q.json"}));
  EXPECT_EQ(lower("{blessed: main}").candidate, (std::vector<std::string>{"a.json", "b.json"}));
  // Defaults written out and left out are the same configuration.
  EXPECT_EQ(
      lowered(
          stage_of("regression", "{candidate: {metrics: a.json}, gates: [{metric: x, min: 1.0}]}"))
          .config,
      lowered(stage_of("regression",
                       "{gates: [{min: 1, higher_is_better: true, severity: error, metric: x}], "
                       "on_missing: warn, candidate: {metrics: [a.json]}}"))
          .config);
}

std::string complaints(const std::string& config) {
  spec::Diagnostics diagnostics;
  stages::find_kind("regression")->rules.check(stage_of("regression", config), diagnostics);
  std::string text;
  for (const auto& item : diagnostics.items()) {
    text += std::to_string(item.mark.line) + ": " + item.message + "\n";
  }
  return text;
}

TEST(RegressionCheck, SaysBeforeTheRunWhatCannotWork) {
  EXPECT_EQ(complaints(config_of("{metric: a, max_drop: 0.01, min: 0.5}")), "");
  EXPECT_EQ(complaints(config_of("{metric: a}")), "1: this gate judges nothing\n");
  EXPECT_EQ(complaints(config_of("{metric: a, min: 2, max: 1}")),
            "1: `min` is above `max`: no value of a can pass\n");
  EXPECT_EQ(complaints(config_of("{metric: a, max: .nan}")), "1: `max` must be a finite number\n");
  EXPECT_EQ(complaints(config_of("{metric: a, max: 1},\n{metric: a, max: 1}")),
            "2: this gate is the same as the one in line 1\n");
  EXPECT_EQ(complaints(config_of("{metric: a, max: 1}, {metric: a, max: 2, severity: warning}")),
            "");
  EXPECT_EQ(complaints(config_of("{metric: a, max_drop_relative: 5}")),
            "1: `max_drop_relative` is a share: 5 allows a loss of 500 %\n");
  EXPECT_EQ(
      complaints(
          "{candidate: {metrics: []}, baseline: {blessed: main}, gates: [{metric: a, max: 1}]}"),
      "1: the candidate has no metrics file to compare\n");
  EXPECT_EQ(
      complaints(
          "{candidate: {metrics: a.json}, baseline: {path: a.json}, gates: [{metric: a, max: 1}]}"),
      "1: a.json is the candidate itself: it would be compared with itself\n");
  EXPECT_EQ(complaints("{candidate: {metrics: a.json}, gates: [{metric: a, max_drop: 1}]}"),
            "1: a drop is measured against a baseline, and none is given\n");
}

}  // namespace
}  // namespace mlpipe
