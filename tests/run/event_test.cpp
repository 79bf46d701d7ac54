#include "runner/run/event.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

namespace mlpipe {
namespace {

using run::Event;
using run::StageState;
using std::chrono::milliseconds;

const std::string odd = "\xc3\xa4\n\"\\\t\x01 end";

run::RunStarted run_started() {
  return {"r1",
          "2024-05-01T10:00:00.123Z",
          "0.1.0",
          "abc",
          "main",
          true,
          "pr",
          "data",
          "ann",
          4,
          {"weather", odd},
          {{"train", "train", "mlpipe.yaml", 12, {"@a", "@b"}, {"prepare"}, odd, false}, {}}};
}
run::StageStarted stage_started() {
  return {"train",
          "2024-05-01T10:00:01.000Z",
          2,
          {{plan::ItemKind::param, "train.depth", plan::ChangeKind::modified, "3", "4"},
           {plan::ItemKind::age, "", plan::ChangeKind::aged, "", "7 d"}},
          "python3 train.py",
          ".mlpipe/runs/r1/logs/train.log"};
}
run::StageFinished stage_finished() {
  run::StageFinished event;
  event.stage = "train";
  event.time = "2024-05-01T10:00:09.000Z";
  event.state = StageState::failed;
  event.attempts = 3;
  event.wall = milliseconds(8123);
  event.cpu = milliseconds(16000);
  event.max_rss = 1ULL << 40U;
  event.cause = "exit 1";
  event.summary = "12 checks, 1 failed";
  event.findings = {{plan::Finding::Level::warning, "not_null(x)", odd, "src/a.py", 7}, {}};
  event.metrics = {{"accuracy", 0.1, 0.3}, {"loss", 1e-300, std::nullopt}};
  event.fingerprint = std::string(64, 'a');
  event.log = "l";
  event.tail = {"one", odd};
  event.notes = {"kept"};
  event.resumed = true;
  event.cached = false;
  event.details = R"({"z":1,"a":[1.5,null,"x"]})";
  return event;
}
run::RunFinished run_finished() {
  return {"r1",     "2024-05-01T10:01:00.000Z",
          "failed", 1,
          "",       milliseconds(60000),
          {"a"},    {"b"},
          {"c"},    {"d"},
          {"e"},    {"f"},
          {"g"},    {"h"},
          {"i"},    {"j"}};
}
std::vector<Event> samples() {
  return {run_started(),       run::StageWaiting{"train", "memory 4.0 GiB", "prepare"},
          stage_started(),     run::AttemptEnded{"train", 1, "signal 9 (SIGKILL)", "2.00 s"},
          stage_finished(),    run_finished(),
          run::RunStarted{},   run::StageStarted{},
          run::StageFinished{}};
}

TEST(Event, EveryFieldSurvives) {
  for (const Event& event : samples()) {
    const std::string line = run::to_json(event);
    const auto back = run::event_from_json(line);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->index(), event.index());
    EXPECT_EQ(run::to_json(*back), line);
    EXPECT_EQ(line.find('\n'), std::string::npos);
  }
  const auto back =
      std::get<run::StageFinished>(*run::event_from_json(run::to_json(stage_finished())));
  EXPECT_EQ(back.state, StageState::failed);
  EXPECT_EQ(back.wall, milliseconds(8123));
  EXPECT_EQ(back.max_rss, 1ULL << 40U);
  EXPECT_EQ(back.metrics[0].before, 0.3);
  EXPECT_EQ(back.metrics[1].before, std::nullopt);
  EXPECT_EQ(back.findings[0].message, odd);
  EXPECT_EQ(back.findings[0].level, plan::Finding::Level::warning);
  EXPECT_EQ(back.tail, stage_finished().tail);
  EXPECT_EQ(back.details, stage_finished().details);
  EXPECT_TRUE(back.resumed);
  EXPECT_FALSE(back.cached);
  const auto started =
      std::get<run::StageStarted>(*run::event_from_json(run::to_json(stage_started())));
  EXPECT_EQ(started.reasons[0].old_value, "3");
  EXPECT_EQ(started.reasons[1].kind, plan::ItemKind::age);
}

TEST(Event, RunFinishedHasExactlyItsKeys) {
  EXPECT_EQ(
      run::to_json(run_finished()),
      R"({"event":"run_finished","run_id":"r1","time":"2024-05-01T10:01:00.000Z","status":"failed",)"
      R"("exit_code":1,"wall_ms":60000,"ran":["a"],"reused":["b"],"restored":["c"],"passed":["d"],)"
      R"("warned":["e"],"failed":["f"],"errored":["g"],"blocked":["h"],"skipped":["i"],"cancelled":["j"]})");
}

TEST(Event, TroubleOfTheRunnerIsSaidOnlyWhereThereIsAny) {
  auto event = run_finished();
  event.trouble = "disk full";
  const auto back = run::event_from_json(run::to_json(event));
  ASSERT_TRUE(back);
  EXPECT_EQ(std::get<run::RunFinished>(*back).trouble, "disk full");
}

TEST(Event, EveryKindOfReasonSurvives) {
  for (auto kind = std::uint8_t{0}; kind <= static_cast<std::uint8_t>(plan::ItemKind::upstream);
       ++kind) {
    run::StageStarted event;
    event.reasons = {{static_cast<plan::ItemKind>(kind), "x", plan::ChangeKind::modified, "", ""}};
    const auto back = run::event_from_json(run::to_json(event));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(std::get<run::StageStarted>(*back).reasons[0].kind, event.reasons[0].kind);
  }
}

TEST(Event, ReasonsAreData) {
  EXPECT_NE(
      run::to_json(stage_started())
          .find(R"({"kind":"param","item":"train.depth","change":"modified","old":"3","new":"4"})"),
      std::string::npos);
}

TEST(Event, OutputIsNeverWritten) {
  EXPECT_EQ(run::to_json(run::StageOutput{"a", "bytes"}), "");
}

TEST(Event, UnknownFieldsAreIgnoredAndAbsentOnesKeepTheirDefault) {
  const auto event = run::event_from_json(
      R"({"event":"stage_finished","stage":"a","state":"reused","new_thing":{"x":1}})");
  ASSERT_TRUE(event);
  const auto& finished = std::get<run::StageFinished>(*event);
  EXPECT_EQ(finished.state, StageState::reused);
  EXPECT_TRUE(finished.cached);
  EXPECT_EQ(finished.details, "{}");
}

TEST(Event, WrongTypesAreErrorsThatSayWhere) {
  const auto message = [](std::string_view line) {
    const auto event = run::event_from_json(line);
    return event ? std::string("accepted") : event.error().message;
  };
  EXPECT_EQ(message(R"({"event":"stage_finished","stage":7})"),
            "event `stage_finished`: `stage` must be text");
  EXPECT_EQ(message(R"({"event":"stage_finished","stage":"a","wall_ms":"1"})"),
            "event `stage_finished`: `wall_ms` must be a whole number");
  EXPECT_EQ(message(R"({"event":"stage_finished","stage":"a","attempts":-1})"),
            "event `stage_finished`: `attempts` must be a whole number");
  EXPECT_EQ(message(R"({"event":"stage_finished","stage":"a","attempts":4294967296})"),
            "event `stage_finished`: `attempts` must be a whole number");
  EXPECT_EQ(
      message(R"({"event":"stage_finished","stage":"a","state":"fine"})"),
      "event `stage_finished`: `state` must be one of the names in schemas/events.schema.json");
  EXPECT_EQ(message(R"({"event":"stage_finished","stage":"a","tail":[1]})"),
            "event `stage_finished`: `tail` must be a list of text");
  EXPECT_EQ(message(R"({"event":"stage_finished","stage":"a","findings":[{"line":"x"}]})"),
            "event `stage_finished`: in `findings`: `line` must be a whole number");
  EXPECT_EQ(message(R"({"event":"stage_finished","stage":"a","cached":1})"),
            "event `stage_finished`: `cached` must be true or false");
  EXPECT_EQ(message(R"({"event":"stage_finished"})"), "event `stage_finished` has no `stage`");
  EXPECT_EQ(message(R"({"event":"party"})"), "`party` is no event that this version knows");
  for (const char* line :
       {"", "{", "[]", "null", "{\"event\":1}", "\xff", "{\"event\":\"stage_finished\""}) {
    EXPECT_NE(message(line).find("not an event"), std::string::npos) << line;
  }
}

TEST(Event, DeepAndBrokenDetailsHarmNothing) {
  run::StageFinished event;
  event.stage = "a";
  event.details = std::string(1'000'000, '[');
  ASSERT_TRUE(run::event_from_json(run::to_json(event)));
  EXPECT_FALSE(
      run::event_from_json(R"({"event":"stage_finished","stage":"a","details":)" + event.details));
  event.details = "{broken";
  event.stage = "bad \xff byte";
  const auto back = run::event_from_json(run::to_json(event));
  ASSERT_TRUE(back);
  EXPECT_EQ(std::get<run::StageFinished>(*back).details, "{broken");
}

TEST(Event, NumbersThatAreNone) {
  run::StageFinished event;
  event.stage = "a";
  event.metrics = {{"x", std::numeric_limits<double>::quiet_NaN(), 1.0}};
  const auto back = run::event_from_json(run::to_json(event));
  ASSERT_TRUE(back);
  EXPECT_TRUE(std::isnan(std::get<run::StageFinished>(*back).metrics[0].value));
}

TEST(EventSchema, AcceptsWhatIsWrittenAndRefusesOtherThings) {
  if (std::system("python3 -c 'import jsonschema' 2>/dev/null") != 0) {
    GTEST_SKIP() << "python3-jsonschema is not installed";
  }
  const auto folder =
      std::filesystem::temp_directory_path() / ("mlpipe-events-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream good(folder / "good");
  std::ofstream bad(folder / "bad");
  for (const Event& event : samples()) {
    const auto line = run::to_json(event);
    good << line << '\n';
    auto json = nlohmann::json::parse(line);
    json["event"] = "party";
    bad << json.dump() << '\n';
    json = nlohmann::json::parse(line);
    json.erase(json.contains("stage") ? "stage" : "run_id");
    bad << json.dump() << '\n';
  }
  good.close();
  bad.close();
  const std::string script = R"(
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
v = jsonschema.Draft202012Validator(schema)
good = [json.loads(l) for l in open(sys.argv[2])]
bad = [json.loads(l) for l in open(sys.argv[3])]
assert len(good) == 9 and len(bad) == 18, (len(good), len(bad))
for e in good:
    v.validate(e)
    d = schema["$defs"][e["event"]]["properties"]
    extra = set(e) - set(d)
    assert not extra, ("keys the schema does not document", extra)
assert not any(v.is_valid(e) for e in bad)
)";
  std::ofstream(folder / "check.py") << script;
  const std::string at = folder.string();
  const std::string command = "python3 '" + at +
                              "/check.py' '" MLPIPE_SOURCE_DIR "/schemas/events.schema.json' '" +
                              at + "/good' '" + at + "/bad'";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace mlpipe
