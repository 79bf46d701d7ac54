#include "runner/spec/validator.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runner/spec/yaml_reader.hpp"

namespace mlpipe::spec {
namespace {

const std::vector<std::string> all_kinds{"command", "data_check", "unit_test",
                                         "train",   "regression", "deploy"};

// "line:column message | hint" for each.
std::vector<std::string> told(std::string_view text,
                              const std::vector<std::string>& kinds = all_kinds) {
  Diagnostics diagnostics;
  const Node node = read_yaml(0, text, diagnostics);
  EXPECT_TRUE(diagnostics.empty()) << text;
  validate_pipeline(node, kinds, diagnostics);
  std::vector<std::string> lines;
  for (const Diagnostic& item : diagnostics.items()) {
    lines.push_back(
        fmt::format("{}:{} {} | {}", item.mark.line, item.mark.column, item.message, item.hint));
  }
  return lines;
}

std::string only(std::string_view text, const std::vector<std::string>& kinds = all_kinds) {
  const auto lines = told(text, kinds);
  return lines.size() == 1
             ? lines[0]
             : fmt::format("{} diagnostics: {}", lines.size(), fmt::join(lines, "\n"));
}

std::string stage(std::string_view keys) {
  return fmt::format("mlpipe: 1\nstages:\n  a: {{{}}}\n", keys);
}

TEST(Validator, AllErrorsAtOnceInFileOrder) {
  const auto lines = told(
      "mlpipe: 1\nbanana: 1\nstages:\n  a: {cmd: 5, depps: [x]}\n  b: {kind: trian, timeout: "
      "soon}\n"
      "  c: {kind: train}\n");
  ASSERT_EQ(lines.size(), 6U) << fmt::format("{}", fmt::join(lines, "\n"));
  EXPECT_EQ(lines[0].substr(0, 4), "2:1 ");
  EXPECT_EQ(lines[5].substr(0, 4), "6:3 ");
}

TEST(Validator, UnknownKeysSayWhatWasMeant) {
  EXPECT_EQ(only(stage("cmd: x, depps: []")),
            "3:15 unknown key `depps` in `a` | did you mean `deps`?");
  EXPECT_EQ(only(stage("cmd: x, wdir: y")),
            "3:15 unknown key `wdir` in `a` | here it is called `working_dir`");
  EXPECT_EQ(
      only(stage("cmd: x, gates: []")),
      "3:15 unknown key `gates` in `a` | it belongs to kind `regression`; this stage is of kind "
      "`command` because it has no `kind:`");
  EXPECT_EQ(only(stage("cmd: x, kind: train, junit: y")),
            "3:28 unknown key `junit` in `a` | it belongs to kind `unit_test`; this stage is of "
            "kind `train`");
  EXPECT_EQ(only(stage("cmd: x, templates: {}")),
            "3:15 unknown key `templates` in `a` | it stands at the top level of the file, not in "
            "a stage");
  EXPECT_EQ(only("mlpipe: 1\nouts: []\nstages: {a: {cmd: x}}\n"),
            "2:1 unknown key `outs` in the file | it is a key of a stage: put it below `stages:` "
            "and the stage's name");
}

TEST(Validator, OptionsOfAPathInDvcsForm) {
  EXPECT_EQ(only(stage("cmd: x, outs: [{b/y: {cache: false, persist: true}}]")),
            "3:23 options of a path stand beside `path`, not below it | write `{path: b/y, cache: "
            "false, persist: true}`");
}

TEST(Validator, ReferencesStandForScalars) {
  EXPECT_TRUE(
      told(stage("cmd: x, retries: '${n}', cache: '${c}', timeout: '${a}${b}', seeds: '${s}'"))
          .empty());
  EXPECT_EQ(only(stage("cmd: x, retries: '$n'")),
            "3:24 `retries` must be an integer or a map with `max`, but is the text `$n` | ");
}

TEST(Validator, NumbersAreFiniteAndExact) {
  EXPECT_EQ(only(stage("cmd: x, timeout: .inf")),
            "3:24 `timeout` must be a finite number, but is .inf | ");
  EXPECT_EQ(told(stage("cmd: x, retries: 2.0")).size(), 1U);
  EXPECT_TRUE(told(stage("cmd: x, retries: 0x2")).empty());
  EXPECT_EQ(told("mlpipe: 1.0\nstages: {a: {cmd: x}}\n").size(), 1U);
}

TEST(Validator, WhatIsNotBuiltIsRefusedByName) {
  const std::pair<const char*, const char*> cases[] = {
      {"kind: monitor, reference: x", "kind `monitor` is not built yet"},
      {"kind: feedback", "kind `feedback` is not built yet"},
      {"cmd: x, executor: slurm", "executor `slurm` is not built yet"},
      {"cmd: x, deps: [{url: s3://b/k}]", "a dependency on a URL is not built yet"},
      {"cmd: x, deps: [{delta: t, at: v3}]",
       "a dependency on a Delta table's version is not built yet"},
      {"cmd: x, plots: [{path: p, template: t}]", "a plot's template is not built yet"}};
  for (const auto& [keys, message] : cases) {
    const std::string line = only(stage(keys));
    EXPECT_NE(line.find(message), std::string::npos) << line;
    EXPECT_NE(line.find("docs/not-yet.md"), std::string::npos) << line;
  }
}

TEST(Validator, AKindThatThisBinaryLacksIsNotBuilt) {
  EXPECT_EQ(only(stage("kind: train, cmd: x"), {"command"}).substr(0, 38),
            "3:13 kind `train` is not built yet | d");
}

TEST(Validator, TemplatesAndProfilesRequireNothing) {
  EXPECT_TRUE(told("mlpipe: 1\ntemplates: {t: {kind: train}}\nstages: {a: {extends: t}}\nprofiles: "
                   "{p: {stages: {a: {}}}}\n")
                  .empty());
}

TEST(Validator, AStageWithItsTemplateIsWhole) {
  Diagnostics diagnostics;
  const Node stage_node = read_yaml(0, "{kind: train, deps: [a]}", diagnostics);
  validate_stage("fit", stage_node, all_kinds, diagnostics);
  ASSERT_EQ(diagnostics.items().size(), 1U);
  EXPECT_EQ(diagnostics.items()[0].message, "`fit` has no `cmd`");
}

TEST(Validator, OddDocuments) {
  for (const char* text : {"", "~", "{}", "[]", "5", "x", "[mlpipe]", "{1: 2}",
                           "{mlpipe: 1, stages: 5}", "{mlpipe: 1, stages: {a: [b]}}",
                           "{mlpipe: 1, stages: {a: }}", "{mlpipe: [1], stages: {'': {cmd: x}}}"}) {
    EXPECT_FALSE(told(text).empty()) << text;
  }
}

TEST(Validator, HugeTextsAreCutInMessages) {
  const auto lines = told(stage(
      fmt::format("cmd: x, {}: 1, timeout: {}", std::string(900, 'k'), std::string(5000, 'v'))));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_LT(lines[0].size() + lines[1].size(), 600U);
}

}  // namespace
}  // namespace mlpipe::spec
