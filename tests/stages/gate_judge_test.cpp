// False alarms and power of the gate, by simulation: rates lie within the bounds of their own
// randomness.
#include <gtest/gtest.h>

#include <cmath>

#include "stages/regression/judge_pair.hpp"
#include "stages/statistics/philox.hpp"

namespace mlpipe::stages::regression {
namespace {

using statistics::Philox;
using How = Test;  // inside a test, Test is the framework's

// Two models of 0/1 labels on the same rows: right with these chances, answers alike in most rows.
Pair simulated(std::uint64_t seed, std::uint64_t rows, double right_baseline,
               double right_candidate) {
  Philox random({seed, 77, rows, 0});
  Pair pair;
  pair.rows = rows;
  pair.classes = {"0", "1"};
  pair.positive = 1;
  pair.baseline.scores.resize(1);
  pair.candidate.scores.resize(1);
  for (std::uint64_t i = 0; i < rows; ++i) {
    const std::uint32_t label = random.uniform() < 0.5 ? 1 : 0;
    const double luck = random.uniform();  // shared, so that the models agree where they can
    const double other = random.uniform() < 0.7 ? luck : random.uniform();
    const auto answer = [&](bool right) { return right ? label : 1 - label; };
    const double strength = random.uniform() / 2;
    pair.label.push_back(label);
    pair.baseline.predicted.push_back(answer(luck < right_baseline));
    pair.candidate.predicted.push_back(answer(other < right_candidate));
    pair.baseline.scores[0].push_back(pair.baseline.predicted[i] == 1 ? 1 - strength : strength);
    pair.candidate.scores[0].push_back(pair.candidate.predicted[i] == 1 ? 1 - strength : strength);
  }
  return pair;
}

Evidence asking(const std::vector<std::string>& names, double margin, How test = How::automatic) {
  Evidence evidence;
  evidence.draws = 400;
  for (const std::string& name : names) {
    Asked asked;
    asked.metric = *metric_named(name);
    asked.margin = margin;
    asked.test = test;
    evidence.metrics.push_back(asked);
  }
  return evidence;
}

struct Rates {
  double pass = 0;
  double fail = 0;
};

Rates rates(const Evidence& evidence, std::uint64_t rows, double baseline, double candidate,
            std::uint64_t runs) {
  Rates found;
  for (std::uint64_t run = 0; run < runs; ++run) {
    const Pair pair = simulated(run, rows, baseline, candidate);
    const auto answer = judge_pair(pair, evidence, 1);
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
    found.pass += answer->verdict == Verdict::pass ? 1.0 / static_cast<double>(runs) : 0;
    found.fail += answer->verdict == Verdict::fail ? 1.0 / static_cast<double>(runs) : 0;
  }
  return found;
}

// Three standard errors of a rate that was drawn `runs` times.
double above(double rate, double runs) {
  return rate + 3 * std::sqrt(rate * (1 - rate) / runs);
}

constexpr std::uint64_t runs = 400;

// Nothing has changed: at most alpha / 2 of the runs may fail.
TEST(GateRates, FalseAlarmsStayWithinAlpha) {
  for (const How test : {How::automatic, How::mcnemar_exact, How::bootstrap, How::bca}) {
    const Rates found = rates(asking({"accuracy"}, 0, test), 300, 0.85, 0.85, runs);
    EXPECT_LE(found.fail, above(0.03, runs)) << name_of(test);
  }
  EXPECT_LE(rates(asking({"roc_auc"}, 0), 300, 0.85, 0.85, runs).fail, above(0.03, runs));
  EXPECT_LE(rates(asking({"f1"}, 0), 300, 0.85, 0.85, runs).fail, above(0.03, runs));
  EXPECT_LE(rates(asking({"log_loss"}, 0), 300, 0.85, 0.85, runs).fail, above(0.03, runs));
  EXPECT_LE(rates(asking({"brier"}, 0, How::t), 300, 0.85, 0.85, runs).fail, above(0.03, runs));
}

// Five metrics at once: Holm keeps the whole gate within alpha / 2; without it more runs fail.
TEST(GateRates, SeveralMetricsAreCorrected) {
  Evidence evidence = asking({"accuracy", "f1", "log_loss", "brier", "roc_auc", "mcc"}, 0);
  EXPECT_LE(rates(evidence, 300, 0.85, 0.85, runs).fail, above(0.03, runs));
}

// Exactly as much worse as the margin allows: still no more than alpha / 2 fail; and no more pass.
TEST(GateRates, AtTheMarginNeitherIsShown) {
  const Rates found = rates(asking({"accuracy"}, 0.04), 600, 0.88, 0.84, runs);
  EXPECT_LE(found.fail, above(0.03, runs));
  EXPECT_LE(found.pass, above(0.03, runs));
}

// What is called detectable is seen about as often as `power` says.
TEST(GateRates, DetectableIsSeenWithThePowerAskedFor) {
  const Evidence evidence = asking({"accuracy"}, 0, How::bootstrap);
  double drop = 0;
  for (int i = 0; i < 3; ++i) {  // the drop that is detectable where that drop has happened
    const auto one = judge_pair(simulated(1, 20'000, 0.9, 0.9 - drop), evidence, 1);
    ASSERT_TRUE(one);
    drop = one->metrics[0].detectable * std::sqrt(10.0);  // of a tenth of the rows
  }
  const Rates found = rates(evidence, 2000, 0.9, 0.9 - drop, runs);
  EXPECT_GE(found.fail, 0.8 - 0.08);
  EXPECT_LE(found.fail, 0.8 + 0.08);
}

TEST(GateJudge, AModelAgainstItselfPasses) {
  Pair pair = simulated(3, 200, 0.8, 0.8);
  pair.candidate = pair.baseline;
  const auto answer = judge_pair(
      pair, asking({"accuracy", "f1", "log_loss", "roc_auc", "ece", "pr_auc", "mcc"}, 0), 1);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->verdict, Verdict::pass);
  for (const Row& row : answer->metrics) {
    EXPECT_EQ(row.difference, 0) << row.asked->metric.name;
    EXPECT_EQ(row.p_value, 1) << row.asked->metric.name;
  }
}

TEST(GateJudge, ThreadsNeverChangeAByte) {
  const Pair pair = simulated(5, 3000, 0.8, 0.82);
  const Evidence evidence =
      asking({"accuracy", "f1_macro", "log_loss", "roc_auc", "ece", "pr_auc"}, 0.01);
  const auto one = judge_pair(pair, evidence, 1);
  const auto three = judge_pair(pair, evidence, 3);
  ASSERT_TRUE(one && three);
  for (std::size_t i = 0; i < one->metrics.size(); ++i) {
    EXPECT_EQ(one->metrics[i].interval.low, three->metrics[i].interval.low);
    EXPECT_EQ(one->metrics[i].p_value, three->metrics[i].p_value);
  }
}

// Both are needed: a drop that is certain and small passes, one that is large and uncertain does
// not fail.
TEST(GateJudge, FloorAndEvidenceAreBothNeeded) {
  const auto certain = judge_pair(simulated(8, 60'000, 0.9, 0.89), asking({"accuracy"}, 0.03), 1);
  ASSERT_TRUE(certain);
  EXPECT_LT(certain->metrics[0].p_value, 1e-4);
  EXPECT_EQ(certain->verdict, Verdict::pass);
  Pair few = simulated(8, 40, 1, 1);
  few.candidate.predicted[0] = 1 - few.label[0];
  few.candidate.predicted[1] = 1 - few.label[1];
  const auto uncertain = judge_pair(few, asking({"accuracy"}, 0.01), 1);
  ASSERT_TRUE(uncertain);
  EXPECT_EQ(uncertain->verdict, Verdict::inconclusive);
}

TEST(GateJudge, ATestThatDoesNotFitIsRefused) {
  const auto answer = judge_pair(simulated(1, 50, 0.8, 0.8), asking({"f1"}, 0, How::delong), 1);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::usage);
  EXPECT_NE(answer.error().message.find("bootstrap"), std::string::npos);
}

TEST(GateMetric, NamesAndParameters) {
  EXPECT_EQ(metric_named("ndcg@10")->parameter, 10);
  EXPECT_EQ(metric_named("ece")->parameter, 15);
  EXPECT_NE(metric_named("acuracy").error().message.find("accuracy"), std::string::npos);
  for (const char* bad :
       {"", "accuracy@3", "ndcg@0", "ndcg@x", "pinball@1.5", "hit_rate", "ece@0"}) {
    EXPECT_FALSE(metric_named(bad)) << bad;
  }
}

}  // namespace
}  // namespace mlpipe::stages::regression
