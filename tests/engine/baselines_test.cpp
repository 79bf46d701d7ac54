#include "runner/engine/baselines.hpp"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "runner/lock/lock_file.hpp"

namespace mlpipe {
namespace {

using engine::Baseline;
using engine::BaselineQuestion;
using engine::PastGate;
using Json = nlohmann::json;
using Source = plan::BaselineRef::Source;

const std::string head_commit(40, 'a');
const std::string fork_commit(40, 'b');
const std::string main_commit(40, 'c');

PastGate past(const std::string& run, const std::string& candidate, double accuracy) {
  PastGate gate;
  gate.run_id = run;
  gate.time = "2026-01-0" + run;
  gate.branch = "main";
  gate.candidate = candidate;
  gate.metrics = Json{{"accuracy", accuracy}}.dump();
  gate.state = "passed";
  gate.blessed = true;
  return gate;
}

// A repository, a store and a history in memory.
class Baselines : public testing::Test {
 protected:
  Baselines() {
    head.commit = head_commit;
    head.branch = "feature";
    refs = {{"main", main_commit}, {"HEAD", head_commit}};
    question.stage = "compare";
    question.candidate = "now";
    question.candidate_files = {"build/m.json"};
    question.lock_path = "mlpipe.lock";
  }

  Result<Baseline> ask(Source source, const std::string& name = "main",
                       std::vector<std::string> paths = {}) {
    question.ref = {source, name, std::move(paths)};
    engine::BaselineSources sources;
    sources.head = [&]() -> Result<port::Head> { return head; };
    sources.resolve = [&](const std::string& ref) -> Result<std::string> {
      const auto found = refs.find(ref);
      return found == refs.end() ? Result<std::string>(fail(Code::not_found, "no ref " + ref))
                                 : found->second;
    };
    sources.merge_base = [&](const std::string&, const std::string&) { return merge_base; };
    sources.file_at = [&](const std::string& commit,
                          const std::string& path) -> Result<std::optional<std::string>> {
      const auto found = files.find({commit, path});
      return found == files.end() ? std::nullopt : std::optional(found->second);
    };
    sources.read_object = [&](const Digest& digest) -> Result<std::string> {
      const auto found = objects.find(digest);
      return found == objects.end() ? Result<std::string>(fail(Code::not_found, "no such object"))
                                    : found->second;
    };
    sources.gates = [&](const std::string& stage) -> Result<std::vector<PastGate>> {
      EXPECT_EQ(stage, "compare");
      return gates;
    };
    sources.deployments = [&](const std::string&) -> Result<std::vector<engine::PastDeployment>> {
      return deployments;
    };
    sources.read_file = [&](const std::string& path) { return sources.file_at("", path); };
    return engine::resolve_baseline(question, sources);
  }

  double accuracy(const Result<Baseline>& baseline) {
    EXPECT_TRUE(baseline) << (baseline ? "" : baseline.error().message);
    if (!baseline || !baseline->json) {
      ADD_FAILURE() << "no baseline: " << (baseline ? baseline->note : "");
      return -1;
    }
    const Json json = Json::parse(*baseline->json);
    EXPECT_EQ(json["id"], baseline->id);
    return json["metrics"].value("accuracy", -1.0);
  }
  void expect_missing(const Result<Baseline>& baseline, const std::string& note) {
    ASSERT_TRUE(baseline) << baseline.error().message;
    EXPECT_EQ(baseline->id, "missing");
    EXPECT_EQ(baseline->json, std::nullopt);
    EXPECT_NE(baseline->note.find(note), std::string::npos) << baseline->note;
  }
  void lock_out(const std::string& path, const std::string& bytes,
                const std::string& stage = "train") {
    locked.push_back({stage, sha256(stage), {{path, "file:" + sha256(bytes).hex()}}, std::nullopt});
    files[{fork_commit, "mlpipe.lock"}] = lock::write(locked);
  }

  BaselineQuestion question;
  port::Head head;
  std::map<std::string, std::string> refs;
  Result<std::string> merge_base = fork_commit;
  std::map<std::pair<std::string, std::string>, std::string> files;
  std::map<Digest, std::string> objects;
  std::vector<PastGate> gates;
  std::vector<engine::PastDeployment> deployments;
  std::vector<lock::LockedStage> locked;
};

TEST_F(Baselines, ARunsOwnResultIsNeverItsBaseline) {
  gates = {past("3", "now", 0.9), past("2", "now", 0.9), past("1", "before", 0.8)};
  const auto blessed = ask(Source::blessed);
  EXPECT_EQ(accuracy(blessed), 0.8);
  EXPECT_EQ(accuracy(ask(Source::last_passed_run, "")), 0.8);
  // One more run of the same candidate changes nothing: the second run is a no-op.
  gates.insert(gates.begin(), past("4", "now", 0.9));
  EXPECT_EQ(ask(Source::blessed)->id, blessed->id);
  gates = {past("3", "now", 0.9)};
  expect_missing(ask(Source::blessed), "is this candidate itself");
  gates.clear();
  expect_missing(ask(Source::blessed),
                 "no blessed result of branch main of compare is recorded here");
}

TEST_F(Baselines, BlessedLooksAtBranchAndBlessing) {
  gates = {past("4", "d", 0.4), past("3", "c", 0.3), past("2", "b", 0.2)};
  gates[0].branch = "other";
  gates[1].blessed = false;
  EXPECT_EQ(accuracy(ask(Source::blessed)), 0.2);
  EXPECT_EQ(accuracy(ask(Source::blessed, "other")), 0.4);
  gates[0].state = "failed";
  gates[1].state = "warned";
  EXPECT_EQ(accuracy(ask(Source::last_passed_run, "")), 0.3);
}

TEST_F(Baselines, ProfilesAreComparedWithThemselvesOnly) {
  gates = {past("5", "e", 0.5), past("4", "d", 0.4)};
  gates[1].profile = "pr";
  gates[1].blessed = false;
  deployments = {{"d1", "t", "x", R"({"accuracy": 1})"}};
  EXPECT_EQ(accuracy(ask(Source::blessed)), 0.5);
  question.profile = "pr";
  files[{fork_commit, "build/m.json"}] = R"({"accuracy": 0.7})";
  EXPECT_EQ(accuracy(ask(Source::blessed)), 0.4);
  EXPECT_EQ(accuracy(ask(Source::git)), 0.4);
  EXPECT_EQ(accuracy(ask(Source::last_passed_run, "")), 0.4);
  expect_missing(ask(Source::blessed, "other"), "under profile pr");
  expect_missing(ask(Source::deployed, "prod"), "profile pr");
}

TEST_F(Baselines, GitTakesTheFileAtTheMergeBase) {
  files[{fork_commit, "build/m.json"}] = R"({"accuracy": 0.7})";
  files[{main_commit, "build/m.json"}] = R"({"accuracy": 0.1})";
  const auto baseline = ask(Source::git);
  EXPECT_EQ(accuracy(baseline), 0.7);
  EXPECT_NE(baseline->id.find(fork_commit), std::string::npos);
  files[{fork_commit, "build/m.json"}] = "{";
  const auto broken = ask(Source::git);
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().message.find("commit bbbbbbbbbbbb"), std::string::npos)
      << broken.error().message;
}

TEST_F(Baselines, GitGoesThroughTheLockFileToTheStore) {
  expect_missing(ask(Source::git), "neither in git nor by way of mlpipe.lock");
  lock_out("other.json", "{}", "other");
  expect_missing(ask(Source::git), "neither in git nor by way of mlpipe.lock");
  const std::string bytes = R"({"accuracy": 0.6})";
  lock_out("build/m.json", bytes);
  const auto away = ask(Source::git);
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, Code::unavailable);
  EXPECT_NE(away.error().message.find("git checkout"), std::string::npos) << away.error().message;
  objects[sha256(bytes)] = bytes;
  EXPECT_EQ(accuracy(ask(Source::git)), 0.6);
  files[{fork_commit, "mlpipe.lock"}] = "no lock file";
  EXPECT_FALSE(ask(Source::git));
}

TEST_F(Baselines, TwoContentsForOnePathAreNoBaseline) {
  objects[sha256("{}")] = "{}";
  lock_out("build/m.json", "{}", "train");
  lock_out("build/m.json", R"({"accuracy": 0.6})", "train2");
  objects[sha256(R"({"accuracy": 0.6})")] = R"({"accuracy": 0.6})";
  const auto baseline = ask(Source::git);
  ASSERT_FALSE(baseline);
  EXPECT_NE(baseline.error().message.find("two contents"), std::string::npos)
      << baseline.error().message;
}

TEST_F(Baselines, SeedsAreTakenByTheirMeanAndCounted) {
  question.candidate_files = {"m0.json", "m1.json", "m2.json"};
  files[{fork_commit, "m0.json"}] = R"({"accuracy": 0.5})";
  files[{fork_commit, "m1.json"}] = R"({"accuracy": 0.75})";
  const auto baseline = ask(Source::git);
  EXPECT_EQ(accuracy(baseline), 0.625);
  EXPECT_NE(baseline->note.find("2 of 3"), std::string::npos) << baseline->note;
  question.candidate_files = {"m*.json"};
  for (const char* name : {"m0.json", "m1.json"}) {
    const std::string bytes = files[{fork_commit, name}];
    objects[sha256(bytes)] = bytes;
    lock_out(name, bytes, name);
  }
  EXPECT_EQ(accuracy(ask(Source::git)), 0.625);
}

TEST_F(Baselines, OnTheBranchItselfTheLastBlessedResultCounts) {
  files[{fork_commit, "build/m.json"}] = R"({"accuracy": 0.7})";
  gates = {past("2", "now", 0.9), past("1", "before", 0.8)};
  head.branch = "main";
  EXPECT_EQ(accuracy(ask(Source::git)), 0.8);
  // A detached checkout of the branch's tip, as CI makes it.
  head.branch = "";
  refs["main"] = head_commit;
  refs["origin/main"] = head_commit;
  EXPECT_EQ(accuracy(ask(Source::git)), 0.8);
  EXPECT_EQ(accuracy(ask(Source::git, "origin/main")), 0.8);
  head.branch = "main";
  EXPECT_EQ(accuracy(ask(Source::git, "origin/main")), 0.8);
  // HEAD, a commit and a tag name results, not branches.
  merge_base = head_commit;
  files[{head_commit, "build/m.json"}] = R"({"accuracy": 0.65})";
  EXPECT_EQ(accuracy(ask(Source::git, "HEAD")), 0.65);
  refs[head_commit.substr(0, 10)] = head_commit;
  EXPECT_EQ(accuracy(ask(Source::git, head_commit.substr(0, 10))), 0.65);
  refs["v1"] = head_commit;
  head.tags = {"v1"};
  head.branch = "";
  EXPECT_EQ(accuracy(ask(Source::git, "v1")), 0.65);
}

TEST_F(Baselines, WhatCannotBeReachedIsAnErrorNotAMissingBaseline) {
  const auto unknown = ask(Source::git, "trunk");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::unavailable);
  EXPECT_NE(unknown.error().message.find("git fetch origin trunk"), std::string::npos);
  merge_base = fail(Code::unavailable, "shallow; git fetch --unshallow");
  const auto shallow = ask(Source::git);
  ASSERT_FALSE(shallow);
  EXPECT_EQ(shallow.error().code, Code::unavailable);
  head.commit.clear();
  expect_missing(ask(Source::git), "no commit yet");
}

TEST_F(Baselines, Path) {
  files[{"", "p.json"}] = R"({"accuracy": 0.7})";
  files[{"", "q.json"}] = R"({"accuracy": 0.8})";
  EXPECT_EQ(accuracy(ask(Source::path, "p.json")), 0.7);
  EXPECT_DOUBLE_EQ(accuracy(ask(Source::path, "p.json", {"p.json", "q.json"})), 0.75);
  const std::string before = ask(Source::path, "p.json")->id;
  files[{"", "p.json"}] = R"({"accuracy": 0.71})";
  EXPECT_NE(ask(Source::path, "p.json")->id, before);
  expect_missing(ask(Source::path, "none.json"), "the file none.json is not there");
  files[{"", "p.json"}] = "";
  EXPECT_FALSE(ask(Source::path, "p.json"));
}

TEST_F(Baselines, Deployed) {
  expect_missing(ask(Source::deployed, "prod"), "nothing is deployed to prod yet");
  deployments = {{"d2", "t", "now", R"({"accuracy": 0.9})"},
                 {"d1", "t", "old", R"({"accuracy": 0.6})"}};
  EXPECT_EQ(accuracy(ask(Source::deployed, "prod")), 0.6);
  deployments.pop_back();
  expect_missing(ask(Source::deployed, "prod"), "this candidate itself");
}

TEST_F(Baselines, TheLastExplicitBlessingIsHandedOver) {
  gates = {past("4", "d", 0.86), past("3", "c", 0.87), past("2", "b", 0.9)};
  gates[2].explicit_blessing = true;
  const auto with = ask(Source::blessed);
  EXPECT_EQ(accuracy(with), 0.86);
  EXPECT_EQ(Json::parse(*with->json)["since_blessing"]["metrics"]["accuracy"], 0.9);
  gates[2].explicit_blessing = false;
  const auto without = ask(Source::blessed);
  EXPECT_FALSE(Json::parse(*without->json).contains("since_blessing"));
  EXPECT_NE(with->id, without->id);  // it counts, so it is in the fingerprint
  gates[2].explicit_blessing = true;
  gates.insert(gates.begin(), past("5", "now", 0.85));
  gates[0].explicit_blessing = true;  // a person agreed to the present candidate
  EXPECT_FALSE(Json::parse(*ask(Source::blessed)->json).contains("since_blessing"));
}

TEST_F(Baselines, DamagedRecordsAreErrors) {
  gates = {past("1", "before", 0.8)};
  for (const char* bad : {"", "[]", R"({"accuracy": "high"})", "{"}) {
    gates[0].metrics = bad;
    const auto baseline = ask(Source::blessed);
    ASSERT_FALSE(baseline) << bad;
    EXPECT_EQ(baseline.error().code, Code::corrupt);
  }
}

}  // namespace
}  // namespace mlpipe
