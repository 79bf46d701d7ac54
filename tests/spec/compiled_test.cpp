#include "runner/spec/compiled.hpp"

#include <gtest/gtest.h>

#include "tests/spec/load_fixture.hpp"

namespace mlpipe {
namespace {

// Every key of the grammar that ends in a field. That the field is written and read is told by
// comparing all of them: a new field without a line in compiled.cpp fails here.
const char* const everything = R"(
name: full
owners: ["@a", "@b"]
params: params.yaml
environment: {python: .venv, lock: requirements.lock, tools: [make]}
env: {pass: [WEATHER_API], set: {PYTHONHASHSEED: "0"}, count: [OMP_NUM_THREADS]}
secrets: [{name: API_TOKEN, from: env, optional: true}, {name: KEY, from: {file: key.txt}}]
cache: {max_size: 10G, link: copy}
durability: power
stages:
  a:
    cmd: make a
    deps: [src/a.py, {path: book.ipynb, notebook: full}]
    params: [split]
    outs: [build/a.csv, {path: build/b, cache: false, persist: true}]
    plots: [p.csv]
    metrics: [m.json]
    when: {branch: [main, "r/*"], tag: "v*", changed: ["src/**"], env: {DEPLOY: "1"}}
    timeout: 3m
    grace: 5s
    retries: 2
    retry_on: [oom, timeout, preempted, signal, "exit:75"]
    resources: {cpus: 1.5, memory: 4G, gpus: 1}
    checkpoint: {path: build/ck, keep: 2}
    max_age: 7d
    shell: bash
    working_dir: src
    desc: what it is
    tags: [x, y]
    always_run: true
  b:
    cmd: make b
    needs: [a]
    allow_failure: true
    cache: false
    seeds: 2
    outs: ["o-${seed}"]
    owners: ["@c"]
  check:
    kind: data_check
    table: build/a.csv
    checks:
      - row_count: {min: 1000}
      - between: {column: t, min: -0.5, max: 1e3}
      - accepted_values: {column: w, values: [a, "b", 1, true]}
)";

TEST(Compiled, HoldsEveryField) {
  Repository repository;
  repository.write("params.yaml", "split: {a: 1, b: [1, 2.5, x]}\n").write("key.txt", "k");
  repository.write("mlpipe.yaml", std::string("mlpipe: 1") + everything);
  const spec::Loaded loaded = repository.load();
  EXPECT_FALSE(loaded.diagnostics.has_errors())
      << spec::render(loaded.diagnostics, loaded.sources, spec::Colour::off);
  ASSERT_EQ(loaded.project.stages.size(), 4U);
  const std::string bytes = spec::compile(loaded);
  const auto back = spec::load_compiled(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->project, loaded.project);
  EXPECT_EQ(back->files_read, loaded.files_read);
  EXPECT_EQ(back->files_absent, loaded.files_absent);
  EXPECT_EQ(back->reads_clock, loaded.reads_clock);
  EXPECT_EQ(back->sources.files().size(), loaded.sources.files().size());
}

TEST(Compiled, ACutFormIsNone) {
  Repository repository;
  repository.write("mlpipe.yaml", "mlpipe: 1\nname: x\nstages: {a: {cmd: make, outs: [o]}}\n");
  const std::string bytes = spec::compile(repository.load());
  ASSERT_TRUE(spec::load_compiled(bytes));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(spec::load_compiled(bytes.substr(0, i))) << i;
  }
  EXPECT_FALSE(spec::load_compiled(bytes + "x"));
}

}  // namespace
}  // namespace mlpipe
