#include "runner/spec/expand.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/spec/load_fixture.hpp"

namespace mlpipe {
namespace {

Lines names_in(const std::string& stages, const std::string& params = {}) {
  return names_of(project_of((params.empty() ? "" : "params: params.yaml\n") + std::string("stages:\n") + stages, params));
}

TEST(Expand, NamesAndOrder) {
  EXPECT_EQ(names_in("  a: {foreach: [x, y], cmd: 'run ${item}'}\n"), (Lines{"a@x", "a@y"}));
  EXPECT_EQ(names_in("  a: {foreach: {k1: {v: 1}, k2: {v: 2}}, cmd: 'run ${key} ${item.v}'}\n"), (Lines{"a@k1", "a@k2"}));
  EXPECT_EQ(names_in("  a: {foreach: [{v: 1}, {v: 2}], cmd: 'run ${item.v}'}\n"), (Lines{"a@0", "a@1"}));
  EXPECT_EQ(names_in("  a: {matrix: {m: [u, v], n: [1, 2]}, cmd: 'run ${matrix.m} ${matrix.n}'}\n"),
            (Lines{"a@u-1", "a@u-2", "a@v-1", "a@v-2"}));
  EXPECT_EQ(names_in("  a: {seeds: [7, 3], cmd: 'run ${seed}'}\n"), (Lines{"a@seed7", "a@seed3"}));
  EXPECT_EQ(names_in("  a: {foreach: [x, y], seeds: 2, cmd: 'run ${item} ${seed}'}\n"),
            (Lines{"a@x@seed0", "a@x@seed1", "a@y@seed0", "a@y@seed1"}));
}

TEST(Expand, MatrixLeavesOutAndAdds) {
  EXPECT_EQ(names_in("  a: {matrix: {m: [u, v], n: [1, 2], exclude: [{m: u, n: 2}], include: [{m: w, n: 9}]}, cmd: c}\n"),
            (Lines{"a@u-1", "a@v-1", "a@v-2", "a@w-9"}));
}

TEST(Expand, NamesAreSafeAndUnique) {
  const Lines names = names_in("  a:\n    foreach: ['x/y', 'x y', x_y, '', '../..', \"new\\nline\", 'größe', 'a:b@c']\n    cmd: c\n");
  EXPECT_EQ(names, (Lines{"a@x_y", "a@x_y-2", "a@x_y-3", "a@_", "a@.._..", "a@new_line", "a@größe", "a@a_b_c"}));
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  EXPECT_LE(spec::name_part(std::string(10'000, 'x')).size(), 100U);
}

TEST(Expand, DataFromParametersKeepsItsKind) {
  EXPECT_EQ(names_in("  a: {foreach: '${sets}', seeds: '${n}', cmd: 'c ${item} ${seed}'}\n", "{sets: [p, q], n: 1}\n"),
            (Lines{"a@p@seed0", "a@q@seed0"}));
}

TEST(Expand, SaysWhatIsWrong) {
  const auto about = [](const std::string& stage) { return complaints_about("stages:\n  a: " + stage + "\n"); };
  EXPECT_EQ(about("{foreach: [x], matrix: {m: [1]}, cmd: c}"),
            (Lines{"3: stage `a` has both `foreach` and `matrix` [a matrix with one axis is a foreach]"}));
  EXPECT_EQ(about("{matrix: {m: [1], exclude: [{n: 1}]}, cmd: c}"),
            (Lines{"3: each item of `exclude` must be a map of axes of the matrix to a value"}));
  EXPECT_EQ(about("{matrix: {m: [1], exclude: [{m: 2}]}, cmd: c}"),
            (Lines{"3: this `exclude` matches nothing of the matrix"}));
  EXPECT_EQ(about("{seeds: [1, 1], cmd: c}"), (Lines{"3: the seed 1 stands twice in `seeds`"}));
  EXPECT_EQ(about("{seeds: [4294967296], cmd: c}"),
            (Lines{"3: `seeds` must be a whole number from 0 to 4294967295, not the number 4294967296"}));
  std::string list;
  for (int i = 0; i < 200; ++i) {
    list += (i == 0 ? "" : ",") + std::to_string(i);
  }
  EXPECT_EQ(about("{matrix: {m: [" + list + "], n: [" + list + "], o: [" + list + "]}, cmd: c}"),
            (Lines{"3: this matrix has more than 1000000 combinations"}));
}

TEST(Expand, SeedMustReachEveryPathThatIsWritten) {
  EXPECT_EQ(complaints_about("stages:\n  a:\n    cmd: c\n    seeds: 1\n    outs: [same, 'o-${seed}']\n"
                             "    metrics: [m.json]\n    checkpoint: ck\n"),
            (Lines{"6: `same` is the same file for every seed of `a` [put `${seed}` into its name]",
                   "7: `m.json` is the same file for every seed of `a` [put `${seed}` into its name]",
                   "8: `ck` is the same file for every seed of `a` [put `${seed}` into its name]"}));
  // By way of a variable is as good.
  const spec::Project project = project_of(
      "templates:\n  t: {cmd: 'c ${out}', outs: ['${out}'], seeds: 2}\n"
      "stages:\n  a: {extends: t, vars: {out: 'm-${seed}'}}\n");
  EXPECT_EQ(outs_of(project.stages.at(1)), (Lines{"m-1"}));
}

TEST(Expand, OneBadStageHidesNoOther) {
  EXPECT_EQ(complaints_about("stages:\n  a: {foreach: '${nope}', cmd: c}\n  b: {cmd: 'c ${gone}'}\n  c: {cmd: c, deps: [/etc/x]}\n")
                .size(),
            3U);
}

}  // namespace
}  // namespace mlpipe
