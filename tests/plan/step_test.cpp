#include "runner/plan/step.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "runner/plan/json_depth.hpp"

namespace mlpipe {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

plan::StepInput full_input() {
  plan::StepInput input;
  input.stage = "weather:compare";
  input.kind = "regression";
  input.root = "/srv/\xff\xfe folder\nwith a line end";  // a folder's name is bytes, not UTF-8
  input.scratch = "/tmp/s";
  input.run_id = "20260101-1";
  input.run_started = "2026-01-01T00:00:00Z";
  input.run_date = "2026-01-01";
  input.config = R"({"gates":[{"max_drop":0.01,"metric":"größe"}]})";
  input.metrics = {"build/m \"1\".json", ""};
  input.outs = {"build/\xf0\x9f\x8c\xa6.bin"};
  input.params = R"({"train.depth":3,"train.rate":0.1})";
  input.baseline = R"({"id":"git:abc","metrics":{"accuracy":0.861},"source":"git"})";
  input.baseline_note = "2 of 3 files";
  input.evidence = R"([{"stage":"check","state":"passed"}])";
  input.previous = R"({"outcome":"passed"})";
  input.stored = R"({"outcome":"warned"})";
  input.command_exit = 137;
  input.mode = plan::Mode::plan;
  input.actor = "a <a@b>";
  input.commit = "0f3a";
  input.threads = 4294967295U;
  input.memory = 18446744073709551615ULL;
  return input;
}

plan::StepResult full_result() {
  plan::StepResult result;
  result.outcome = plan::Outcome::errored;
  result.summary = "one line";
  result.findings = {{plan::Finding::Level::note, "a", "b\nc", "", 0},
                     {plan::Finding::Level::error, "\xc3\x28", "m", "tests/t.py", 4294967295U}};
  result.metrics = R"({"a.b":0.1,"loss":1e-300,"n":18446744073709551615})";
  result.details = R"({"gates":[]})";
  result.verdict_summary = "fresh";
  return result;
}

TEST(Step, EveryFieldSurvives) {
  const std::string text = to_json(full_input());
  const auto read = plan::step_from_json(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), text);
  const plan::StepInput expected = full_input();
  EXPECT_EQ(read->root, expected.root);
  EXPECT_EQ(read->config, expected.config);
  EXPECT_EQ(read->metrics, expected.metrics);
  EXPECT_EQ(read->outs, expected.outs);
  EXPECT_EQ(read->params, expected.params);
  EXPECT_EQ(read->baseline, expected.baseline);
  EXPECT_EQ(read->evidence, expected.evidence);
  EXPECT_EQ(read->previous, expected.previous);
  EXPECT_EQ(read->stored, expected.stored);
  EXPECT_EQ(read->command_exit, 137);
  EXPECT_EQ(read->mode, plan::Mode::plan);
  EXPECT_EQ(read->threads, expected.threads);
  EXPECT_EQ(read->memory, expected.memory);
}

TEST(Step, AbsentStaysAbsent) {
  const auto read = plan::step_from_json(to_json(plan::StepInput{}));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->baseline, std::nullopt);
  EXPECT_EQ(read->previous, std::nullopt);
  EXPECT_EQ(read->stored, std::nullopt);
}

TEST(Result, EveryFieldSurvives) {
  const plan::StepResult expected = full_result();
  const auto read = plan::result_from_json(to_json(expected));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), to_json(expected));
  EXPECT_EQ(read->outcome, expected.outcome);
  EXPECT_EQ(read->metrics, expected.metrics);
  ASSERT_EQ(read->findings.size(), 2U);
  EXPECT_EQ(read->findings[1].title, expected.findings[1].title);
  EXPECT_EQ(read->findings[1].line, 4294967295U);
  EXPECT_EQ(read->findings[0].level, plan::Finding::Level::note);
}

TEST(Result, EveryOutcomeHasAName) {
  for (const auto outcome : {plan::Outcome::passed, plan::Outcome::warned, plan::Outcome::failed,
                             plan::Outcome::errored, plan::Outcome::skipped}) {
    plan::StepResult result;
    result.outcome = outcome;
    const auto read = plan::result_from_json(to_json(result));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->outcome, outcome);
  }
}

// Each key of a good document in turn: left out, and of a type it cannot have.
template <class Read>
void each_key_matters(const std::string& good, Read read) {
  const Json document = Json::parse(good);
  for (const auto& item : document.items()) {
    const std::string& key = item.key();
    Json without = document;
    without.erase(key);
    const auto missing = read(without.dump());
    ASSERT_FALSE(missing) << key;
    EXPECT_EQ(missing.error().code, Code::invalid);
    EXPECT_NE(missing.error().message.find(key), std::string::npos) << missing.error().message;

    Json wrong = document;
    wrong[key] = true;  // no key holds a boolean
    const auto mistyped = read(wrong.dump());
    ASSERT_FALSE(mistyped) << key;
    EXPECT_EQ(mistyped.error().code, Code::invalid);
    EXPECT_NE(mistyped.error().message.find(key), std::string::npos) << mistyped.error().message;
  }
}

TEST(Step, MissingKeysAndWrongTypesAreNamed) {
  each_key_matters(to_json(full_input()), plan::step_from_json);
}

TEST(Result, MissingKeysAndWrongTypesAreNamed) {
  each_key_matters(to_json(full_result()), plan::result_from_json);
}

TEST(Result, FindingsAreCheckedToo) {
  Json document = Json::parse(to_json(full_result()));
  for (const auto& [key, value] : std::multimap<std::string, Json>{{"line", -1},
                                                                   {"line", 4294967296},
                                                                   {"line", 1.5},
                                                                   {"level", "fatal"},
                                                                   {"title", Json{{"hex", "0g"}}},
                                                                   {"title", Json{{"hex", "abc"}}},
                                                                   {"file", nullptr}}) {
    Json wrong = document;
    wrong["findings"][1][key] = value;
    const auto read = plan::result_from_json(wrong.dump());
    ASSERT_FALSE(read) << key << value;
    EXPECT_NE(read.error().message.find("findings[1]"), std::string::npos) << read.error().message;
  }
  document["findings"][0] = 1;
  EXPECT_FALSE(plan::result_from_json(document.dump()));
}

TEST(Result, MetricsAreNumbers) {
  Json document = Json::parse(to_json(full_result()));
  document["metrics"]["loss"] = "low";
  const auto read = plan::result_from_json(document.dump());
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("metrics.loss"), std::string::npos) << read.error().message;
}

TEST(Step, OtherVersionsAreRefused) {
  Json document = Json::parse(to_json(full_input()));
  for (const Json& other : {Json(2), Json(0), Json("1"), Json(1.0), Json(nullptr)}) {
    document["version"] = other;
    const auto read = plan::step_from_json(document.dump());
    ASSERT_FALSE(read) << other;
    EXPECT_NE(read.error().message.find("version"), std::string::npos);
  }
}

TEST(Step, KeysOfALaterReleaseAreIgnored) {
  Json document = Json::parse(to_json(full_input()));
  document["later"] = {1, 2};
  EXPECT_TRUE(plan::step_from_json(document.dump()));
}

TEST(Step, TextThatIsNoJsonIsAnError) {
  const std::string good = to_json(full_input());
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("null"), good.substr(0, good.size() / 2),
        std::string(5, '\0'), std::string(1'000'000, '['), std::string("{\"version\":1,")}) {
    const auto read = plan::step_from_json(text);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Code::invalid);
  }
}

TEST(Step, ConfigurationThatIsNoJsonIsNotSwallowed) {
  plan::StepInput input = full_input();
  input.config = "{oops";
  const auto read = plan::step_from_json(to_json(input));
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("config"), std::string::npos) << read.error().message;
  input.config = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_FALSE(plan::step_from_json(to_json(input)));
}

TEST(JsonDepth, CountsBracketsOutsideStringsOnly) {
  EXPECT_TRUE(plan::nests_within("[[]]", 2));
  EXPECT_FALSE(plan::nests_within("[[[]]]", 2));
  EXPECT_TRUE(plan::nests_within(R"(["[[[[", "\"[[[["])", 1));
  EXPECT_TRUE(plan::nests_within("]]]][", 1));
  EXPECT_TRUE(plan::nests_within("\"\\", 1));
  EXPECT_TRUE(plan::nests_within("", 0));
}

// Every sample against its schema, by an independent validator.
class Schema : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("/usr/bin/python3 -W ignore -c 'import jsonschema' 2>/dev/null") != 0) {
      GTEST_SKIP() << "python3-jsonschema is not installed: schemas were not checked";
    }
    folder_ = fs::temp_directory_path() / ("step_schema_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  bool valid(const std::string& schema, const std::string& text) {
    const fs::path sample = folder_ / "sample.json";
    std::ofstream(sample) << text;
    const std::string command = "/usr/bin/python3 -W ignore -m jsonschema -i '" + sample.string() +
                                "' '" + MLPIPE_SOURCE_DIR "/schemas/" + schema +
                                "' >/dev/null 2>&1";
    return std::system(command.c_str()) == 0;
  }

  fs::path folder_;
};

TEST_F(Schema, HoldsForWhatIsWritten) {
  EXPECT_TRUE(valid("step.schema.json", to_json(full_input())));
  EXPECT_TRUE(valid("step.schema.json", to_json(plan::StepInput{})));
  EXPECT_TRUE(valid("result.schema.json", to_json(full_result())));
  EXPECT_TRUE(valid("result.schema.json", to_json(plan::StepResult{})));
}

TEST_F(Schema, RefusesWhatTheReaderRefuses) {
  Json step = Json::parse(to_json(full_input()));
  step["mode"] = "maybe";
  EXPECT_FALSE(valid("step.schema.json", step.dump()));
  EXPECT_FALSE(plan::step_from_json(step.dump()));
  Json result = Json::parse(to_json(full_result()));
  result["findings"][0]["line"] = -1;
  EXPECT_FALSE(valid("result.schema.json", result.dump()));
  EXPECT_FALSE(plan::result_from_json(result.dump()));
  result = Json::parse(to_json(full_result()));
  result.erase("summary");
  EXPECT_FALSE(valid("result.schema.json", result.dump()));
}

}  // namespace
}  // namespace mlpipe
