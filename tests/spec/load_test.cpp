#include "runner/spec/load.hpp"

#include <gtest/gtest.h>

#include "tests/spec/load_fixture.hpp"

namespace mlpipe {
namespace {

using namespace std::chrono_literals;

const char* const weather = R"(
requires: ">=0.1"
name: weather
owners: ["@weather-team"]
params: params.yaml
environment: {python: .venv, lock: requirements.lock}
env: {pass: [WEATHER_API], set: {PYTHONHASHSEED: "0"}}
secrets: [{name: API_TOKEN, from: env}]
defaults: {timeout: 30m, grace: 30s, retries: 0, deps: []}

stages:
  prepare:
    cmd: python3 src/prepare.py
    deps: [src/prepare.py, data/weather.csv]
    params: [split]
    outs: [build/train.csv, {path: build/test.csv, cache: false}]
  check:
    kind: data_check
    table: ./build/train.csv
    checks:
      - row_count: {min: 1000}
      - sql: {name: no future dates, query: "SELECT * FROM data WHERE date > '${run.date}'"}
  unit:
    kind: unit_test
    cmd: python3 -m pytest
    deps: [src, tests]
    junit: build/unit.xml
  train:
    kind: train
    cmd: python3 src/train.py --seed ${seed} --depth ${train.depth}
    needs: [check, unit]
    deps: [src/train.py, build/train.csv]
    params: [train]
    seeds: 3
    outs: ["build/model-${seed}.joblib"]
    metrics: ["build/metrics-${seed}.json"]
    checkpoint: {path: "build/checkpoint-${seed}", keep: 2}
    retries: 2
    retry_on: [oom, timeout, preempted, "exit:75"]
    resources: {cpus: 2, memory: 4G, gpus: 0}
  compare:
    kind: regression
    candidate: {metrics: {outs_of: train}}
    baseline: {blessed: main}
    gates:
      - {metric: accuracy, higher_is_better: true, max_drop: 0.01, min: 0.75}
  release:
    kind: deploy
    needs: [compare]
    when: {branch: main}
    artifacts: [build/model-0.joblib]
    target: {name: production, type: directory, path: serving/weather, keep: 5}
)";
const char* const weather_params = "split: 0.2\ntrain:\n  depth: 3\n  rate: 0.1\n";

TEST(Load, ReadsEveryKeyOfThePlannedExample) {
  const spec::Project project = project_of(weather, weather_params);
  ASSERT_EQ(names_of(project), (Lines{"prepare", "check", "unit", "train@seed0", "train@seed1", "train@seed2",
                                      "compare", "release"}));
  const spec::Pipeline& pipeline = project.pipelines.at(0);
  EXPECT_EQ(pipeline.name, "weather");
  EXPECT_EQ(pipeline.lock_path, "mlpipe.lock");
  EXPECT_EQ(pipeline.params_json, R"({"split":0.2,"train":{"depth":3,"rate":0.1}})");

  const spec::Stage& prepare = project.stages[0];
  EXPECT_EQ(prepare.kind, "command");
  EXPECT_EQ(prepare.timeout, 30min);
  EXPECT_EQ(prepare.grace, 30s);
  EXPECT_EQ(prepare.environment.python, ".venv");
  EXPECT_EQ(prepare.env.pass, (Lines{"WEATHER_API"}));
  EXPECT_EQ(prepare.env.set.at(0), (std::pair<std::string, std::string>{"PYTHONHASHSEED", "0"}));
  EXPECT_EQ(prepare.secrets.at(0).from, "API_TOKEN");
  EXPECT_EQ(prepare.owners, (Lines{"@weather-team"}));
  EXPECT_EQ(prepare.outs[0].caching, spec::Caching::cached);
  EXPECT_EQ(prepare.outs[1].caching, spec::Caching::uncached);
  ASSERT_EQ(prepare.params.size(), 1U);
  EXPECT_EQ(prepare.params[0].value, "0.2");
  EXPECT_EQ(project.label(prepare), "prepare");

  const spec::Stage& check = project.stages[1];
  EXPECT_EQ(deps_of(check), (Lines{"build/train.csv"}));
  EXPECT_EQ(spec::canonical_json(check.config),
            R"({"checks":[{"row_count":{"min":1000}},{"sql":{"name":"no future dates","query":)"
            R"("SELECT * FROM data WHERE date > '2026-03-01'"}}],"table":"build/train.csv"})");
  EXPECT_EQ(outs_of(project.stages[2]), (Lines{"build/unit.xml"}));

  const spec::Stage& train = project.stages[4];
  EXPECT_EQ(train.group, "train");
  EXPECT_EQ(train.seed, 1U);
  EXPECT_EQ(train.cmd, "python3 src/train.py --seed 1 --depth 3");
  EXPECT_EQ(outs_of(train), (Lines{"build/model-1.joblib", "build/metrics-1.json"}));
  EXPECT_EQ(train.outs[1].role, spec::OutRole::metric);
  EXPECT_EQ(train.checkpoint->path, "build/checkpoint-1");
  EXPECT_EQ(train.checkpoint->keep, 2U);
  EXPECT_EQ(train.retry.retries, 2U);
  ASSERT_EQ(train.retry.on.size(), 4U);
  EXPECT_EQ(train.retry.on[3].cause, spec::RetryCause::exit_code);
  EXPECT_EQ(train.retry.on[3].exit_code, 75);
  EXPECT_EQ(train.resources.memory, 4ULL << 30U);
  EXPECT_EQ(train.params.size(), 2U);

  const spec::Stage& compare = project.stages[6];
  const Lines metrics{"build/metrics-0.json", "build/metrics-1.json", "build/metrics-2.json"};
  EXPECT_EQ(deps_of(compare), metrics);
  EXPECT_NE(spec::canonical_json(compare.config).find(
                R"("candidate":{"metrics":["build/metrics-0.json","build/metrics-1.json","build/metrics-2.json"]})"),
            std::string::npos);
  ASSERT_TRUE(project.stages[7].when.has_value());
  EXPECT_EQ(project.stages[7].when->branch, (Lines{"main"}));
}

}  // namespace
}  // namespace mlpipe
