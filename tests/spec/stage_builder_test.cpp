#include "runner/spec/stage_builder.hpp"

#include <gtest/gtest.h>

#include "tests/spec/load_fixture.hpp"

namespace mlpipe {
namespace {

TEST(StageBuilder, PathsStayBelowTheRoot) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"deps: [/etc/passwd]", "is absolute"},
      {"deps: [../x]", "leaves the repository"},
      {"deps: [a/../../x]", "leaves the repository"},
      {"deps: [.]", "is the whole repository"},
      {"deps: ['s3://b/k']", "is a URL"},
      {"outs: [./]", "is the whole repository"},
      {"outs: [.git/x]", "belongs to git"},
      {"outs: [a/../.mlpipe/objects]", "belongs to mlpipe"},
      {"outs: [.mlpipe]", "belongs to mlpipe"},
      {"metrics: [/m.json]", "is absolute"},
      {"checkpoint: ..", "leaves the repository"},
      {"working_dir: ../x", "leaves the repository"},
      {"outs: [a, a/.]", "is named twice"},
      {"outs: [a], metrics: [a]", "is named twice"},
  };
  for (const auto& [key, expected] : cases) {
    const Lines lines = complaints_about("stages:\n  a: {cmd: c, " + key + "}\n");
    ASSERT_EQ(lines.size(), 1U) << key;
    EXPECT_NE(lines[0].find(expected), std::string::npos) << lines[0];
  }
  EXPECT_EQ(
      deps_of(
          project_of(
              "stages: {a: {cmd: c, deps: ['.gitignore', \"a b\\n/ü\", './d//e/', 'f/**/*.py'], "
              "outs: [.github/x], working_dir: .}}\n")
              .stages[0]),
      (Lines{".gitignore", "a b\n/ü", "d/e", "f/**/*.py"}));
}

TEST(StageBuilder, TwoSpellingsOfOneDep) {
  EXPECT_EQ(complaints_about("stages:\n  a:\n    cmd: c\n    deps:\n    - a/b\n    - ./a//b\n"),
            Lines{"warning 7: `a/b` and `./a//b` are one path [keep one of them]"});
}

TEST(StageBuilder, OutsOfNamesGroupsStagesAndOtherPipelines) {
  Repository repository;
  repository
      .write("mlpipe.yaml", R"(mlpipe: 1
name: main
stages:
  t: {cmd: 'c ${item}', foreach: [x, y], outs: ['o-${item}'], metrics: ['m-${item}']}
  all: {cmd: c, deps: [src, {outs_of: t}]}
  one: {cmd: c, deps: [{outs_of: t@x}]}
  self: {cmd: c, outs: [s], needs: [t, 'other:z']}
)")
      .write("pipelines/other.yaml", R"(mlpipe: 1
stages:
  z: {kind: deploy, artifacts: {outs_of: 'main:t'}, target: {name: n, type: directory, path: p}}
)");
  const spec::Project project = repository.project();
  EXPECT_EQ(deps_of(project.stages[2]), (Lines{"src", "o-x", "m-x", "o-y", "m-y"}));
  EXPECT_EQ(deps_of(project.stages[3]), (Lines{"o-x", "m-x"}));
  EXPECT_EQ(project.stages[4].needs, (Lines{"t", "other:z"}));
  EXPECT_EQ(deps_of(project.stages[5]), (Lines{"o-x", "m-x", "o-y", "m-y"}));

  const auto about = [](const std::string& dep) {
    return complaints_about(
        "stages:\n  train: {cmd: c, outs: [o]}\n  b: {cmd: c, deps: [{outs_of: " + dep + "}]}\n");
  };
  EXPECT_EQ(about("trian"), Lines{"4: there is no stage `trian` [did you mean `train`?]"});
  EXPECT_EQ(about("'x:train'").size(), 1U);
  EXPECT_EQ(about("b").size(), 1U);
  // A group whose expansion is wrong is known all the same.
  EXPECT_EQ(complaints_about(
                "stages:\n  t: {foreach: '${n}', cmd: c}\n  b: {cmd: c, deps: [{outs_of: t}]}\n")
                .size(),
            1U);
}

TEST(StageBuilder, Commands) {
  const auto cmd = [](const std::string& text) {
    return project_of("stages: {a: {cmd: " + text + "}}\n").stages.at(0).cmd;
  };
  EXPECT_EQ(cmd("'a; b'"), "a; b");
  EXPECT_EQ(cmd("[a 1, b 2]"), "a 1 && b 2");
  EXPECT_EQ(cmd("['false; true', 'b # x']"), "{ false; true\n} && { b # x\n}");
  EXPECT_EQ(complaints_about("stages: {a: {cmd: [a, b], shell: none}}\n").size(), 1U);
}

TEST(StageBuilder, JoinedCommandsStopAtTheFirstFailure) {
  const std::string cmd = project_of(
                              "stages: {a: {cmd: [\"cat <<E\\none\\nE\", 'cd / || exit 9', 'false "
                              "| true; pwd # here', 'false', 'echo never']}}\n")
                              .stages.at(0)
                              .cmd;
  Repository scratch;
  scratch.write("run.sh", cmd);
  const int status =
      std::system(("sh " + scratch.root() + "/run.sh > " + scratch.root() + "/out").c_str());
  EXPECT_EQ(status, 1 << 8);
  std::ifstream out(scratch.root() + "/out");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(out), {}), "one\n/\n");
}

TEST(StageBuilder, WhenRetryAndSecrets) {
  const spec::Stage stage = project_of(R"(
secrets: [{name: A}, {name: B, from: {file: /run/b}, optional: true}]
stages:
  a:
    cmd: c
    when: {branch: [main, 'release/*'], env: {MODE: full}, stage: {b: [passed, warned]}, changed: src/**}
    secrets: [A, {name: C, from: {command: pass show c}}]
  b: {cmd: c}
)")
                                .stages.at(0);
  ASSERT_TRUE(stage.when);
  EXPECT_EQ(stage.when->branch, (Lines{"main", "release/*"}));
  EXPECT_EQ(stage.when->env.at(0).equals, "full");
  EXPECT_EQ(stage.when->stage.at(0).states, (Lines{"passed", "warned"}));
  ASSERT_EQ(stage.secrets.size(), 3U);
  EXPECT_EQ(stage.secrets[1].source, spec::SecretSource::file);
  EXPECT_TRUE(stage.secrets[1].optional);
  EXPECT_EQ(stage.secrets[2].from, "pass show c");
  EXPECT_EQ(
      complaints_about("secrets: [{name: A}]\nenv: {set: {A: x}}\nstages: {a: {cmd: c}}\n").size(),
      1U);
}

TEST(StageBuilder, BadValuesAreSaidOncePerPlace) {
  const Lines lines = complaints_about(
      "params: params.yaml\nstages:\n  a:\n    foreach: [x, y]\n    cmd: c ${item}\n    timeout: "
      "${t}\n"
      "    resources: {memory: '${t}', cpus: '${t}'}\n    max_age: ${gone}\n",
      "t: soon\n");
  EXPECT_EQ(lines.size(), 4U) << testing::PrintToString(lines);
}

TEST(StageBuilder, KindsCheckTheirStages) {
  Repository repository;
  std::vector<std::string> seen;
  repository.kinds[1].check = [&](const spec::Stage& stage, spec::Diagnostics& diagnostics) {
    seen.push_back(stage.name + " " + deps_of(stage).at(0));
    diagnostics.error(stage.mark, "never good enough");
  };
  repository.write(
      "mlpipe.yaml",
      "mlpipe: 1\nstages:\n  a: {kind: train, cmd: c, seeds: 2, deps: [d]}\n  b: {cmd: c}\n");
  EXPECT_EQ(repository.complaints(), Lines{"3: never good enough"});
  EXPECT_EQ(seen, (Lines{"a@seed0 d", "a@seed1 d"}));
  EXPECT_EQ(complaints_about("stages: {a: {kind: trian, cmd: c}}\n").size(), 1U);
}

}  // namespace
}  // namespace mlpipe
