#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "tests/stages/deploy_fixture.hpp"

namespace mlpipe {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using plan::Outcome;
using Names = std::vector<std::string>;

class Deploy : public testing::Test, protected DeployFolder {
 protected:
  void use(const std::string& more) {
    config = "{artifacts: [build/model], target: {name: p, type: directory, path: serving}, " +
             more + "}";
  }
  void use_artifacts(const std::string& list) {
    config = "{artifacts: " + list + ", target: {name: p, type: directory, path: serving}}";
  }
  void expect_refused(const std::string& why) {
    const std::string before = current();
    const auto result = apply();
    EXPECT_EQ(result.outcome, Outcome::failed);
    EXPECT_NE(result.summary.find(why), std::string::npos) << result.summary;
    EXPECT_TRUE(Json::parse(result.details).contains("refused")) << result.details;
    EXPECT_EQ(current(), before);
    EXPECT_EQ(outcomes().back(), "refused");
  }
};

TEST_F(Deploy, PutsAReleaseInPlaceAndKnowsItAgain) {
  EXPECT_EQ(plan_only().outcome, Outcome::passed);
  EXPECT_FALSE(fs::exists(root() + "/serving")) << "a plan changes nothing";
  const std::string id = deployed("one");
  EXPECT_EQ(fs::read_symlink(root() + "/serving/current").string(), "releases/" + id);
  EXPECT_EQ(fs::status(root() + "/serving/current/model").permissions(), fs::perms(0444));
  EXPECT_EQ(outcomes(), (Names{"started", "deployed"}));
  const deploy::Record last = history().records.back();
  EXPECT_EQ(last.actor, "ann");
  EXPECT_EQ(last.commit, "c0ffee");
  EXPECT_EQ(last.run_id, "r1");
  EXPECT_EQ(Json::parse(last.artifacts)[0]["sha256"], sha256("one").hex());
  for (const auto& again : {apply(), plan_only()}) {
    EXPECT_EQ(Json::parse(again.details)["up_to_date"], true) << again.summary;
  }
  EXPECT_EQ(outcomes().size(), 2U);
  write("build/model", "two");
  EXPECT_EQ(Json::parse(plan_only().details)["up_to_date"], false);
  EXPECT_EQ(served(), "one");
}

TEST_F(Deploy, IsRefusedByAnyGateThatDidNotLetItPass) {
  deployed("one");
  write("build/model", "two");
  for (const char* state :
       {"failed", "errored", "skipped", "blocked", "cancelled", "missing", "new word"}) {
    evidence = Json::array({{{"stage", "compare"},
                             {"kind", "regression"},
                             {"gate", true},
                             {"state", state},
                             {"accepted", false},
                             {"fingerprint", "f"}}})
                   .dump();
    expect_refused("compare");
    EXPECT_EQ(Json::parse(history().records.back().gates)[0]["state"], state);
    EXPECT_NE(plan_only().summary.find("would be refused"), std::string::npos);
  }
  for (const char* state : {"failed", "errored", "blocked", "cancelled"}) {
    evidence = Json::array({{{"stage", "train"},
                             {"kind", "train"},
                             {"gate", false},
                             {"state", state},
                             {"accepted", false},
                             {"fingerprint", "f"}}})
                   .dump();
    expect_refused("train");
  }
  evidence = R"([{"stage": "compare"}])";
  EXPECT_FALSE(step(input(), plan::Mode::apply)) << "evidence that cannot be read is no evidence";
  EXPECT_EQ(served(), "one");
  for (const char* state : {"passed", "warned", "reused", "restored"}) {
    evidence = Json::array({{{"stage", "compare"},
                             {"kind", "regression"},
                             {"gate", true},
                             {"state", state},
                             {"accepted", false},
                             {"fingerprint", "f"},
                             {"candidate", "id"},
                             {"metrics", {{"accuracy", 0.5}}}}})
                   .dump();
    deployed(state);
    EXPECT_EQ(history().records.back().candidate, "id");
    EXPECT_EQ(Json::parse(history().records.back().metrics), (Json{{"accuracy", 0.5}}));
  }
}

TEST_F(Deploy, OfAcceptedResultsOnlyWhereAllowedByName) {
  evidence = Json::array({{{"stage", "train@seed0"},
                           {"kind", "train"},
                           {"gate", false},
                           {"state", "reused"},
                           {"accepted", true},
                           {"fingerprint", "f"}}})
                 .dump();
  expect_refused("accept");
  use("allow_accepted: [trai]");
  expect_refused("accept");
  for (const char* allowed : {"train", "train@seed0"}) {
    use(std::string("allow_accepted: [\"") + allowed + "\"]");
    deployed(allowed);
  }
}

TEST_F(Deploy, AFailedVerificationGoesBack) {
  use("verify: \"! grep -q bad $MLPIPE_TARGET_DIR/current/model && test -f "
      "$MLPIPE_RELEASE_DIR/model\"");
  write("build/model", "bad at first");
  auto result = apply();
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_EQ(current(), "") << "nothing was there before";
  EXPECT_FALSE(fs::exists(root() + "/serving/current"));
  const std::string good = deployed("good");
  write("build/model", "bad");
  result = apply();
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_NE(result.summary.find("rolled back to " + good.substr(0, 12)), std::string::npos)
      << result.summary;
  EXPECT_EQ(served(), "good");
  EXPECT_EQ(outcomes(),
            (Names{"started", "rolled_back", "started", "deployed", "started", "rolled_back"}));
  EXPECT_EQ(Json::parse(history().records.back().verify)["passed"], false);
  EXPECT_EQ(apply().outcome, Outcome::failed)
      << "what failed is tried again, not remembered as good";
  EXPECT_EQ(served(), "good");
}

TEST_F(Deploy, OnFailureKeepLeavesItAndTriesAgain) {
  use("verify: [\"true\", \"! grep -q bad serving/current/model\"], on_failure: keep");
  deployed("good");
  write("build/model", "bad");
  EXPECT_EQ(apply().outcome, Outcome::failed);
  EXPECT_EQ(served(), "bad");
  EXPECT_EQ(outcomes().back(), "verify_failed");
  EXPECT_EQ(apply().outcome, Outcome::failed);
  const auto back = roll_back();
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(served(), "good") << "the way back is not lost by a second attempt";
}

TEST_F(Deploy, AVerificationThatHangsOrCannotStartFails) {
  deployed("one");
  write("build/model", "two");
  use("verify: \"sleep 600\", verify_timeout: 200ms");
  auto result = apply();
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_NE(result.summary.find("timeout"), std::string::npos) << result.summary;
  use("verify: /no/such/program");
  EXPECT_EQ(apply().outcome, Outcome::failed);
  use("verify: \"kill -9 $$\"");
  result = apply();
  EXPECT_NE(result.summary.find("signal 9"), std::string::npos) << result.summary;
  EXPECT_EQ(served(), "one");
}

TEST_F(Deploy, FoldersWithStrangeNamesLinksAndEmptyFolders) {
  write("build/m/a\n\xc3\xa9", "1");
  write("build/m/\xff\xfe", "2");
  write("build/m/sub/run.sh", "3");
  write("build/m-x", "beside");
  fs::create_directories(root() + "/build/m/empty");
  fs::create_symlink("../a\n\xc3\xa9", root() + "/build/m/sub/link");
  fs::permissions(root() + "/build/m/sub/run.sh", fs::perms(0755));
  use_artifacts("[build/m, build/m-x]");
  EXPECT_EQ(apply().outcome, Outcome::passed);
  EXPECT_EQ(served("m/a\n\xc3\xa9"), "1");
  EXPECT_EQ(served("m/\xff\xfe"), "2");
  EXPECT_EQ(served("m/sub/link"), "1");
  EXPECT_EQ(served("m-x"), "beside");
  EXPECT_TRUE(fs::is_directory(root() + "/serving/current/m/empty"));
  EXPECT_EQ(fs::status(root() + "/serving/current/m/sub/run.sh").permissions(), fs::perms(0555));
  EXPECT_TRUE(target().check_release(current()));
  const auto again = apply();
  EXPECT_EQ(Json::parse(again.details)["up_to_date"], true);
  fs::remove(root() + "/build/m/empty");
  EXPECT_EQ(Json::parse(plan_only().details)["up_to_date"], false);
}

TEST_F(Deploy, ArtifactsThatCannotBeReleasedAreRefused) {
  use_artifacts("[build/none]");
  expect_refused("the artifact build/none is missing");
  use_artifacts("[\"build/*.none\"]");
  expect_refused("is missing");
  write("build/a/m.bin", "a");
  write("build/b/m.bin", "b");
  use_artifacts("[\"build/*/m.bin\"]");
  expect_refused("the same name");
  fs::create_symlink("../../elsewhere", root() + "/build/a/link");
  use_artifacts("[build/a]");
  expect_refused("leads out of its artifact");
  fs::remove(root() + "/build/a/link");
  ASSERT_EQ(mkfifo((root() + "/build/a/pipe").c_str(), 0600), 0);
  expect_refused("neither a file");
  config = "{artifacts: [build], target: {name: p, type: directory, path: build/serving}}";
  fs::remove_all(root() + "/build/a");
  const auto result = apply();
  EXPECT_NE(result.summary.find("within the artifact"), std::string::npos) << result.summary;
}

TEST_F(Deploy, KeepsSomeReleasesAndNeverTheWayBack) {
  config =
      "{artifacts: [build/model], verify: \"! grep -q bad serving/current/model\", "
      "target: {name: p, type: directory, path: serving, keep: 1}}";
  std::vector<std::string> ids;
  for (const char* text : {"1", "2", "3"}) {
    ids.push_back(deployed(text));
  }
  EXPECT_EQ(target().releases()->size(), 3U) << "current, the one before, and one more";
  write("build/model", "bad");
  EXPECT_EQ(apply().outcome, Outcome::failed);
  EXPECT_EQ(target().releases()->size(), 4U);
  ids.push_back(deployed("4"));
  const auto left = *target().releases();
  EXPECT_EQ(std::set<std::string>(left.begin(), left.end()),
            (std::set<std::string>{ids[1], ids[2], ids[3]}));
}

TEST_F(Deploy, ADamagedReleaseIsNoticedAndBuiltAnew) {
  const std::string id = deployed("one");
  const std::string file = root() + "/serving/current/model";
  for (int way = 0; way < 3; ++way) {
    fs::permissions(file, fs::perms(0644));
    way == 0   ? (void)(std::ofstream(file) << "edited")
    : way == 1 ? (void)fs::remove(file)
               : (void)(std::ofstream(file + "2") << "more");
    EXPECT_EQ(target().check_release(id).error().code, Code::corrupt);
    EXPECT_EQ(Json::parse(plan_only().details)["up_to_date"], false);
    const auto result = apply();
    EXPECT_EQ(result.outcome, Outcome::passed) << result.summary;
    ASSERT_FALSE(result.findings.empty());
    EXPECT_EQ(served(), "one");
    EXPECT_TRUE(target().check_release(id));
  }
}

TEST_F(Deploy, WhatWasNotMadeByUsIsNeverOverwritten) {
  write("serving/current/precious", "x");
  EXPECT_FALSE(step(input(), plan::Mode::apply));
  EXPECT_EQ(text_of(root() + "/serving/current/precious"), "x");
}

TEST_F(Deploy, ByALinkIsTheSameTarget) {
  write("real/.keep", "");
  fs::create_directory_symlink("real", root() + "/serving");
  const std::string id = deployed("one");
  EXPECT_EQ(deploy::Target(root() + "/real").current().value_or(""), id);
  const auto held = deploy::Target(root() + "/real").try_lock("one");
  ASSERT_TRUE(held);
  const auto second = target().try_lock("two");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::busy);
  EXPECT_NE(second.error().message.find("one"), std::string::npos);
}

TEST_F(Deploy, ManyAtOnceGoOneAfterTheOther) {
  constexpr int count = 5;
  std::vector<pid_t> children;
  for (int i = 0; i < count; ++i) {
    const std::string name = "m" + std::to_string(i);
    write("build/" + name + "/model", name);
    const pid_t child = ::fork();
    if (child == 0) {
      use_artifacts("[build/" + name + "/model]");
      const auto result = step(input(), plan::Mode::apply);
      ::_exit(result && result->outcome == Outcome::passed ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  const deploy::History all = history();
  EXPECT_FALSE(all.damage) << *all.damage;
  ASSERT_EQ(all.records.size(), 2U * count);
  for (std::size_t i = 0; i < all.records.size(); i += 2) {
    EXPECT_EQ(all.records[i].outcome, deploy::Ended::started);
    EXPECT_EQ(all.records[i + 1].outcome, deploy::Ended::deployed);
    EXPECT_EQ(all.records[i].id, all.records[i + 1].id);
    EXPECT_EQ(all.records[i].previous, i == 0 ? "" : all.records[i - 1].id);
  }
  EXPECT_EQ(current(), all.records.back().id);
}

TEST(DeployRules, WrongConfigurationsAreDiagnosed) {
  const auto problems = [](const std::string& config, spec::Shell shell = spec::Shell::sh) {
    spec::Stage stage = stage_of("deploy", config);
    stage.shell = shell;
    spec::Diagnostics diagnostics;
    stages::find_kind("deploy")->rules.check(stage, diagnostics);
    return diagnostics.items().size();
  };
  const std::string target = ", target: {name: p, type: directory, path: ";
  EXPECT_EQ(problems("{artifacts: [a/m, b/n]" + target + "serving/x}}"), 0U);
  EXPECT_EQ(problems("{artifacts: [a/m]" + target + "/srv/x}}"), 0U);
  EXPECT_EQ(problems("{artifacts: [a/m, b/m]" + target + "serving}}"), 1U);
  EXPECT_EQ(problems("{artifacts: []" + target + "serving}}"), 1U);
  for (const char* path : {"'.'", "/", "../x", ".git/x", ".mlpipe", "a/../.git"}) {
    EXPECT_EQ(problems("{artifacts: [m]" + target + path + "}}"), 1U) << path;
  }
  EXPECT_EQ(problems("{artifacts: [m], verify: x" + target + "serving}}", spec::Shell::none), 1U);
}

}  // namespace
}  // namespace mlpipe
