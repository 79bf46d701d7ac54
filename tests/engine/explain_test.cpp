#include "runner/engine/explain.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "runner/adapter/local_executor.hpp"
#include "runner/adapter/system_clock.hpp"
#include "runner/engine/engine.hpp"
#include "stages/kind.hpp"
#include "tests/cache/workspace.hpp"

namespace mlpipe {
namespace {

using engine::Explanation;
using engine::Freshness;

constexpr const char* pipeline = R"(mlpipe: 1
params: params.yaml
environment: {lock: requirements.txt}
stages:
  prepare: {cmd: "mkdir -p build && cat src/prepare.py > build/train.csv", deps: [src/prepare.py], outs: [build/train.csv]}
  train:
    cmd: |
      cat build/train.csv > build/model
      echo ${depth} >> build/model
    deps: [src, build/train.csv]
    params: [depth]
    outs: [build/model]
  evaluate: {cmd: "cat build/model > build/report", deps: [build/model], outs: [build/report]}
)";

// A repository whose stages are run by real processes.
class Explain : public testing::Test {
 protected:
  Explain() {
    space.write("mlpipe.yaml", pipeline);
    space.write("params.yaml", "depth: 3\n");
    space.write("requirements.txt", "scikit-learn==1.4.2\nnumpy==1.26.0\n");
    space.write("src/prepare.py", "1");
    space.write("src/train.py", "1");
    host.version = "test";
    host.caller = {{"PATH", "/usr/bin:/bin"}};
    host.clock = &clock;
    executor = std::move(*adapter::make_local_executor());
    host.executor = executor.get();
    host.lower = [](const spec::Stage& stage) {
      return stages::find_kind(stage.kind)->lower(stage);
    };
    host.vcs = []() -> Result<port::Vcs*> { return fail(Code::not_found, "no repository"); };
    host.record = [](const auto&, const auto&, const auto&) -> Status { return {}; };
    host.end_processes = [](const cache::RunInfo&) -> Status { return {}; };
  }

  void open() {
    workspace = {};
    static const std::vector<spec::KindRules> kinds = [] {
      std::vector<spec::KindRules> rules;
      for (const stages::Kind& kind : stages::catalog()) {
        rules.push_back(kind.rules);
      }
      return rules;
    }();
    engine::OpenOptions options;
    options.root = space.root();
    options.kinds = kinds;
    auto opened = engine::open_workspace(options, host);
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_TRUE(opened->valid);
    workspace = std::move(opened->workspace);
    const Status cache = engine::open_cache(workspace);
    ASSERT_TRUE(cache) << cache.error().message;
  }

  void run() {
    open();
    engine::RunOptions options;
    options.selected.assign(workspace.graph.size(), true);
    options.forced.assign(workspace.graph.size(), false);
    const auto finished = engine::run_pipeline(workspace, host, options, {});
    ASSERT_TRUE(finished) << finished.error().message;
    ASSERT_EQ(finished->exit_code, 0);
  }

  Explanation why(const std::string& stage, const engine::Detail& detail = {}) {
    open();
    std::vector<bool> named(workspace.graph.size(), false);
    named[workspace.find(stage)->index()] = true;
    auto found =
        engine::explain(workspace, host, std::vector<bool>(named.size(), true), named, detail);
    EXPECT_TRUE(found) << (found ? "" : found.error().message);
    return found && found->size() == 1 ? std::move(found->front()) : Explanation{};
  }

  Workspace space;
  adapter::SystemClock clock;
  std::unique_ptr<port::Executor> executor;
  engine::Host host;
  engine::Workspace workspace;
};

std::vector<std::string> items(const std::vector<plan::Change>& changes) {
  std::vector<std::string> found;
  for (const plan::Change& change : changes) {
    found.push_back(std::string(plan::name(change.kind)) + " " + change.item);
  }
  return found;
}

TEST_F(Explain, AStageThatNeverRanHasNoLastRun) {
  const Explanation found = why("prepare");
  EXPECT_EQ(found.preview.freshness, Freshness::never_run);
  EXPECT_FALSE(found.last);
  EXPECT_TRUE(found.chains.empty());
}

TEST_F(Explain, AnUpToDateStageNamesTheRunItsResultIsFrom) {
  run();
  const Explanation found = why("train");
  EXPECT_EQ(found.preview.freshness, Freshness::up_to_date);
  ASSERT_TRUE(found.reused);
  EXPECT_FALSE(found.reused->run_id.empty());
  EXPECT_TRUE(found.deps.empty());
}

TEST_F(Explain, AResultFromBeforeTheLastIsTheOneThatIsNamed) {
  run();
  const std::string first = why("train").reused->run_id;
  space.write("params.yaml", "depth: 4\n");
  run();
  space.write("params.yaml", "depth: 3\n");
  const Explanation found = why("train");
  EXPECT_EQ(found.preview.freshness, Freshness::missing);  // the output is that of depth 4
  ASSERT_TRUE(found.reused);
  EXPECT_EQ(found.reused->run_id, first);
}

TEST_F(Explain, FilesOfAFolderAreNamedOneByOne) {
  run();
  space.write("src/train.py", "2");
  space.write("src/new.py", "x");
  const Explanation found = why("train");
  EXPECT_EQ(found.preview.freshness, Freshness::stale);
  ASSERT_EQ(found.deps.size(), 1U);
  EXPECT_EQ(found.deps[0].dep, "src");
  ASSERT_EQ(found.deps[0].diff.files.size(), 2U);
  EXPECT_EQ(found.deps[0].diff.files[0].path, "src/new.py");
  EXPECT_EQ(found.deps[0].diff.files[1].path, "src/train.py");
  EXPECT_EQ(why("train", {1, 5}).deps[0].diff.files.size(), 1U);
}

TEST_F(Explain, PackagesThatMovedAreNamed) {
  run();
  space.write("requirements.txt", "scikit-learn==1.5.0\nnumpy==1.26.0\n");
  const Explanation found = why("train");
  ASSERT_EQ(found.packages.size(), 1U);
  ASSERT_EQ(found.packages[0].moved.size(), 1U);
  EXPECT_EQ(found.packages[0].moved[0].package, "scikit-learn");
  EXPECT_EQ(found.packages[0].moved[0].old_version, "1.4.2");
  EXPECT_EQ(found.packages[0].moved[0].new_version, "1.5.0");
}

TEST_F(Explain, ALockTextThatIsGoneIsSaidNotGuessed) {
  run();
  const std::string hex = sha256(space.read("requirements.txt")).hex();
  ASSERT_TRUE(std::filesystem::remove(
      space.at(".mlpipe/objects/" + hex.substr(0, 2) + "/" + hex.substr(2))));
  space.write("requirements.txt", "scikit-learn==1.5.0\n");
  const Explanation found = why("train");
  ASSERT_EQ(found.packages.size(), 1U);
  EXPECT_TRUE(found.packages[0].moved.empty());
  EXPECT_NE(found.packages[0].unknown.find("not in the store"), std::string::npos);
}

TEST_F(Explain, TheWholeCommandIsComparedNotAnExcerpt) {
  run();
  const std::string long_word(500, 'x');
  std::string text = space.read("mlpipe.yaml");
  text.replace(text.find("echo ${depth}"), 13, "echo " + long_word + " ${depth}");
  space.write("mlpipe.yaml", text);
  const Explanation found = why("train");
  ASSERT_TRUE(found.command);
  EXPECT_EQ(found.command->then, "cat build/train.csv > build/model\necho 3 >> build/model\n");
  EXPECT_NE(found.command->now.find(long_word), std::string::npos);
}

TEST_F(Explain, TheCauseIsFollowedUpToItsRoot) {
  run();
  space.write("src/prepare.py", "2");
  const Explanation found = why("evaluate");
  EXPECT_EQ(found.preview.freshness, Freshness::stale);
  EXPECT_EQ(items(found.preview.reasons), (std::vector<std::string>{"upstream train"}));
  ASSERT_EQ(found.chains.size(), 2U);  // train reads all of src itself
  EXPECT_EQ(workspace.label(found.chains[0].links.front().above), "train");
  EXPECT_EQ(found.chains[0].links.front().through, "build/model");
  EXPECT_EQ(items(found.chains[0].reasons), (std::vector<std::string>{"dep src"}));
  ASSERT_EQ(found.chains[1].links.size(), 2U);
  EXPECT_EQ(workspace.label(found.chains[1].links[1].above), "prepare");
  EXPECT_EQ(found.chains[1].links[1].through, "build/train.csv");
  EXPECT_EQ(items(found.chains[1].reasons), (std::vector<std::string>{"dep src/prepare.py"}));
}

TEST_F(Explain, ChainsAreCutButCounted) {
  run();
  space.write("src/prepare.py", "2");
  const Explanation found = why("evaluate", {20, 1});
  EXPECT_EQ(found.chains.size(), 1U);
  EXPECT_EQ(found.chain_count, 2U);
}

TEST_F(Explain, AStageBelowOneThatCannotRunNamesWhatIsMissing) {
  run();
  std::filesystem::remove(space.at("src/prepare.py"));
  const Explanation found = why("prepare");
  EXPECT_EQ(found.preview.freshness, Freshness::blocked);
  EXPECT_NE(found.preview.problem.find("src/prepare.py"), std::string::npos);
  const Explanation below = why("evaluate");
  ASSERT_FALSE(below.chains.empty());
  EXPECT_TRUE(std::any_of(below.chains.begin(), below.chains.end(), [](const engine::Chain& chain) {
    return chain.problem.find("src/prepare.py") != std::string::npos;
  }));
}

}  // namespace
}  // namespace mlpipe
