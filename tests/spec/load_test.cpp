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
  ASSERT_EQ(names_of(project), (Lines{"prepare", "check", "unit", "train@seed0", "train@seed1",
                                      "train@seed2", "compare", "release"}));
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
  EXPECT_NE(
      spec::canonical_json(compare.config)
          .find(
              R"("candidate":{"metrics":["build/metrics-0.json","build/metrics-1.json","build/metrics-2.json"]})"),
      std::string::npos);
  ASSERT_TRUE(project.stages[7].when.has_value());
  EXPECT_EQ(project.stages[7].when->branch, (Lines{"main"}));
}

TEST(Load, ChoosesFiles) {
  Repository repository;
  const std::string stages = "stages: {a: {cmd: c}}\n";
  repository.write("pipelines/b.yml", "\xEF\xBB\xBF# hello\n---\n'mlpipe': 1\n" + stages)
      .write("pipelines/c.yaml", "on: push\njobs: {mlpipe: 1}\n")
      .write("pipelines/d.yaml", "name: x\nmlpipe: 1\n" + stages)
      .write("pipelines/e.txt", "mlpipe: 1\n" + stages)
      .write("pipelines/f.yaml", "{mlpipe: 1, " + stages.substr(0, stages.size() - 1) + "}\n")
      .write("pipelines/sub/g.yaml", "mlpipe: 1\n" + stages)
      .write("pipelines/dir.yaml/h", "mlpipe: 1\n");
  const spec::Project project = repository.project();
  ASSERT_EQ(project.pipelines.size(), 2U);
  EXPECT_EQ(project.pipelines[0].path, "pipelines/b.yml");
  EXPECT_EQ(project.pipelines[0].name, "b");
  EXPECT_EQ(project.pipelines[0].lock_path, "pipelines/b.lock");
  EXPECT_EQ(project.pipelines[1].path, "pipelines/f.yaml");
  EXPECT_EQ(project.label(project.stages[1]), "f:a");
  repository.options.files = {repository.root() + "/pipelines/d.yaml", "pipelines/d.yaml"};
  EXPECT_EQ(repository.project().pipelines.at(0).path, "pipelines/d.yaml");
}

TEST(Load, NoPipelineIsAnErrorThatHelps) {
  Repository repository;
  EXPECT_EQ(repository.try_load().error().code, Code::not_found);
  repository.write("mlpipe.yml", "mlpipe: 1\n");
  EXPECT_NE(
      repository.try_load().error().message.find("mlpipe.yml, but its name must be mlpipe.yaml"),
      std::string::npos);
  repository.options.files = {"gone.yaml"};
  EXPECT_EQ(repository.try_load().error().code, Code::not_found);
}

TEST(Load, UnreadableFileIsReportedBesideTheOthers) {
  Repository repository;
  repository.write("mlpipe.yaml", "mlpipe: 1\nstages: {a: {cmd: c, deps: [/x]}}\n")
      .write("pipelines/x", "");
  std::filesystem::create_symlink("nowhere", repository.root() + "/pipelines/b.yaml");
  const Lines lines = repository.complaints();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NE(lines[0].find("pipelines/b.yaml cannot be read"), std::string::npos) << lines[0];
}

TEST(Load, NamesAndLocksMayNotCollide) {
  Repository repository;
  const std::string text = "mlpipe: 1\nstages: {a: {cmd: c}}\n";
  repository.write("pipelines/a.yaml", text).write("pipelines/a.yml", text);
  EXPECT_EQ(repository.complaints(),
            (Lines{"1: two pipelines are named `a`: pipelines/a.yaml and pipelines/a.yml "
                   "[give one of them another `name`]"}));
  repository.write("pipelines/a.yml", "mlpipe: 1\nname: other\nstages: {a: {cmd: c}}\n");
  EXPECT_EQ(repository.complaints().size(), 1U);
}

TEST(Load, Requires) {
  const auto about = [](const std::string& wanted) {
    return complaints_about("requires: '" + wanted + "'\nstages: {a: {cmd: c}}\n");
  };
  for (const char* met : {">=0.1", "0.1.0", ">0.0.9, <1", "<= 0.1", "!=2", "==0.1"}) {
    EXPECT_EQ(about(met), Lines{}) << met;
  }
  for (const char* unmet : {">=0.2", ">0.1", "<0.1", "!=0.1", "1", ">=0.1, <0.1"}) {
    EXPECT_EQ(about(unmet).size(), 1U) << unmet;
  }
  EXPECT_EQ(about("new").size(), 1U);
}

TEST(Load, ProfilesPatchParametersAndStages) {
  Repository repository;
  repository.write("params.yaml", "data: {fraction: 1.0, seed: 4}\n")
      .write("mlpipe.yaml", R"(mlpipe: 1
params: params.yaml
stages:
  a: {cmd: 'c ${data.fraction} ${seed}', params: [data], seeds: 3, resources: {cpus: 4, memory: 1G}, deps: [x, y]}
profiles:
  pr: {params: {data.fraction: 0.05}, stages: {a: {seeds: 1, resources: {memory: 2G}, deps: [z]}}}
  nested: {params: {data: {fraction: 0.1}}}
)");
  repository.options.profile = "pr";
  const spec::Project patched = repository.project();
  ASSERT_EQ(names_of(patched), Lines{"a@seed0"});
  const spec::Stage& stage = patched.stages[0];
  EXPECT_EQ(stage.cmd, "c 0.05 0");
  EXPECT_EQ(stage.params.at(0).value, "0.05");
  EXPECT_EQ(stage.resources.cpus, 4);
  EXPECT_EQ(stage.resources.memory, 2ULL << 30U);
  EXPECT_EQ(deps_of(stage), Lines{"z"});
  EXPECT_EQ(patched.pipelines[0].profile, "pr");
  EXPECT_EQ(patched.pipelines[0].params_json, R"({"data":{"fraction":0.05,"seed":4}})");
  repository.options.profile = "nested";
  EXPECT_EQ(repository.project().stages.at(2).cmd, "c 0.1 2");
  repository.options.profile = "pq";
  EXPECT_EQ(repository.complaints(), Lines{"1: there is no profile `pq` [did you mean `pr`?]"});
}

TEST(Load, ProfilesNameWhatExists) {
  EXPECT_EQ(complaints_about("params: params.yaml\nstages: {train: {cmd: c}}\n"
                             "profiles: {p: {params: {a.c: 1}, stages: {trian: {cmd: d}}}}\n",
                             "a: {b: 1}\n"),
            (Lines{"4: there is no stage `trian` [did you mean `train`?]",
                   "4: `a.c` is no key of the parameter file [did you mean `a.b`?]"}));
}

TEST(Load, TemplatesAndVars) {
  const spec::Project project = project_of(R"(
vars: {base: data, deep: {a: [1, 2]}}
templates:
  t: {cmd: 'run ${name} ${base}', outs: ['build/${name}'], resources: {cpus: 2}, vars: {name: none}}
stages:
  a: {extends: t}
  b: {extends: t, vars: {name: 'b-${base}'}, resources: {gpus: 1}, outs: ['${name}.bin']}
  c: {extends: t, foreach: [x], vars: {name: '${item}'}}
  d: {cmd: 'run ${deep.a.1}'}
)");
  EXPECT_EQ(project.stages[0].cmd, "run none data");
  EXPECT_EQ(project.stages[1].cmd, "run b-data data");
  EXPECT_EQ(project.stages[1].resources.cpus, 2);
  EXPECT_EQ(project.stages[1].resources.gpus, 1U);
  EXPECT_EQ(outs_of(project.stages[1]), Lines{"b-data.bin"});
  EXPECT_EQ(outs_of(project.stages[2]), Lines{"build/x"});
  EXPECT_EQ(project.stages[3].cmd, "run 2");
  EXPECT_EQ(
      complaints_about(
          "templates: {base: {cmd: c}, two: {extends: base}}\nstages:\n  a: {extends: bse}\n"),
      (Lines{"2: the template `two` extends another one [templates go one level deep; repeat the "
             "keys here]",
             "4: there is no template `bse` [did you mean `base`?]"}));
}

TEST(Load, AStagePutTogetherFollowsTheGrammar) {
  // Neither half is wrong alone: the kind of the template does not know the key of the stage.
  EXPECT_EQ(
      complaints_about(
          "templates: {t: {kind: data_check, table: x}}\nstages:\n  a: {extends: t, junit: y}\n")
          .size(),
      1U);
  const Lines typed = complaints_about(
      "params: params.yaml\nstages:\n  a:\n    kind: regression\n    candidate: {metrics: m.json}\n"
      "    baseline: {blessed: main}\n    gates:\n      - {metric: x, min: '${word}'}\n",
      "word: high\n");
  ASSERT_EQ(typed.size(), 1U);
  EXPECT_EQ(typed[0].substr(0, 2), "9:") << typed[0];
}

TEST(Load, DefaultsLieUnderEveryStage) {
  const spec::Project project = project_of(R"(
environment: {python: .venv, lock: [r.lock]}
env: {pass: [A], set: {X: 1, Y: 'y'}}
defaults: {deps: [req.txt], timeout: 1m, env: {pass: [B], set: {X: 2}}, resources: {cpus: 3}, tags: [t], retries: {max: 2, backoff: 5s}}
stages:
  a: {cmd: c, deps: [src, req.txt], env: {pass: [C], set: {Y: ''}}, timeout: 2m, resources: {gpus: 1}, tags: [u]}
  b: {cmd: c, environment: {python: other}}
)");
  const spec::Stage& a = project.stages[0];
  EXPECT_EQ(deps_of(a), (Lines{"src", "req.txt"}));
  EXPECT_EQ(a.env.pass, (Lines{"A", "C", "B"}));
  EXPECT_EQ(a.env.set, (std::vector<std::pair<std::string, std::string>>{{"X", "2"}, {"Y", ""}}));
  EXPECT_EQ(a.timeout, 2min);
  EXPECT_EQ(a.resources.cpus, 3);
  EXPECT_EQ(a.resources.gpus, 1U);
  EXPECT_EQ(a.tags, (Lines{"u", "t"}));
  EXPECT_EQ(a.retry.retries, 2U);
  EXPECT_EQ(a.retry.backoff, 5s);
  const spec::Stage& b = project.stages[1];
  EXPECT_EQ(deps_of(b), Lines{"req.txt"});
  EXPECT_EQ(b.environment.python, "other");
  EXPECT_EQ(b.environment.lock, Lines{"r.lock"});
  EXPECT_EQ(b.grace, 10s);
}

TEST(Load, FilesReadAndAbsentAreNamed) {
  Repository repository;
  repository.write("docs/CODEOWNERS", "* @d\n")
      .write("p.json", "{}")
      .write("mlpipe.yaml", "mlpipe: 1\nparams: p.json\nstages: {a: {cmd: c}}\n");
  const spec::Loaded loaded = repository.load();
  EXPECT_EQ(loaded.files_read, (Lines{"mlpipe.yaml", "p.json", "docs/CODEOWNERS"}));
  EXPECT_EQ(loaded.files_absent, (Lines{".github/CODEOWNERS", "CODEOWNERS"}));
}

TEST(Load, ManyStagesKeepTheirOrder) {
  std::string text = "stages:\n";
  for (int i = 0; i < 5000; ++i) {
    const std::string n = std::to_string(i);
    text += "  s" + n + ":\n    cmd: run " + n + "\n    outs: [o" + n + "]\n    deps: [" +
            (i == 0 ? "in" : "o" + std::to_string(i - 1)) + "]\n";
  }
  const spec::Project project = project_of(text);
  ASSERT_EQ(project.stages.size(), 5000U);
  EXPECT_EQ(project.stages[4999].name, "s4999");
  EXPECT_EQ(deps_of(project.stages[4999]), Lines{"o4998"});
}

}  // namespace
}  // namespace mlpipe
