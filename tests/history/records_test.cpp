#include "runner/history/records.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "runner/history/record_json.hpp"

namespace mlpipe::history {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class RecordsTest : public testing::Test {
 protected:
  RecordsTest() {
    std::string pattern = testing::TempDir() + "mlpipe-records-XXXXXX";
    dir_ = ::mkdtemp(pattern.data());
  }
  ~RecordsTest() override { fs::remove_all(dir_); }
  [[nodiscard]] std::string state() const { return dir_ + "/.mlpipe"; }
  [[nodiscard]] std::string runs_dir() const { return state() + "/records/runs"; }

  std::string dir_;
};

RunRecord run(int number) {
  RunRecord record;
  record.run_id = "run-" + std::to_string(number);
  record.time = "2026-11-" + std::to_string(10 + number) + "T13:26:04Z";
  record.status = "failed";
  record.commit = "0123abc";
  record.branch = "zweig/ü";
  record.profile = "pr";
  record.cause = "schedule \"nightly\"\n";
  record.actor = "someone";
  record.dirty = true;
  record.exit_code = 130;
  record.wall_ms = 1LL << 40;
  record.ran = {"a", "b@seed0"};
  record.failed = {"b@seed0"};
  return record;
}

GateRecord gate(const std::string& stage, int number) {
  GateRecord record;
  record.run_id = "run-" + std::to_string(number);
  record.time = "2026-11-" + std::to_string(10 + number) + "T13:26:04Z";
  record.stage = stage;
  record.metrics = R"({"accuracy":0.9312345678901234,"n":3})";
  record.state = "passed";
  record.candidate = "c" + std::to_string(number);
  record.blessed = true;
  record.explicit_blessing = true;
  record.reason = "known";
  return record;
}

TEST_F(RecordsTest, NothingIsAnEmptyHistory) {
  const Records records(state());
  EXPECT_TRUE(records.runs(10)->empty());
  EXPECT_TRUE(records.gates("compare", 10)->empty());
  EXPECT_FALSE(fs::exists(state()));
}

TEST_F(RecordsTest, GivesBackEveryField) {
  Records records(state());
  ASSERT_TRUE(records.put(run(1)));
  ASSERT_TRUE(records.put(gate("compare", 1)));
  const auto runs = records.runs(10);
  ASSERT_EQ(runs->size(), 1U);
  EXPECT_EQ(to_json(runs->at(0)), to_json(run(1)));
  EXPECT_EQ(runs->at(0).wall_ms, 1LL << 40);
  EXPECT_EQ(runs->at(0).cause, run(1).cause);
  const auto gates = records.gates("compare", 10);
  ASSERT_EQ(gates->size(), 1U);
  EXPECT_EQ(gates->at(0).metrics, gate("compare", 1).metrics);
  EXPECT_EQ(*to_json(gates->at(0)), *to_json(gate("compare", 1)));
  EXPECT_TRUE(fs::exists(runs_dir() + "/20261111T132604Z-run1-0001.json"));
}

TEST_F(RecordsTest, NewestFirstUpToTheLimit) {
  Records records(state());
  for (const int number : {3, 1, 5, 2, 4}) {
    ASSERT_TRUE(records.put(run(number)));
    ASSERT_TRUE(records.put(gate(number % 2 == 0 ? "even" : "odd", number)));
  }
  const auto runs = records.runs(2);
  ASSERT_EQ(runs->size(), 2U);
  EXPECT_EQ(runs->at(0).run_id, "run-5");
  EXPECT_EQ(runs->at(1).run_id, "run-4");
  const auto gates = records.gates("even", 1);
  ASSERT_EQ(gates->size(), 1U);
  EXPECT_EQ(gates->at(0).run_id, "run-4");
  EXPECT_EQ(records.gates("odd", 10)->size(), 3U);
  EXPECT_TRUE(records.gates("Odd", 10)->empty());
  EXPECT_TRUE(records.runs(0)->empty());
}

TEST_F(RecordsTest, NoMoreFilesAreReadThanAskedFor) {
  Records records(state());
  ASSERT_TRUE(records.put(run(2)));
  std::ofstream(runs_dir() + "/20000101T000000Z-old-0001.json") << "damaged";
  std::vector<std::string> warnings;
  EXPECT_EQ(records.runs(1, &warnings)->size(), 1U);
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(records.runs(2, &warnings)->size(), 1U);
  EXPECT_EQ(warnings.size(), 1U);
}

TEST_F(RecordsTest, RecordsOfOneMomentAreAllKeptInOrder) {
  Records records(state());
  for (int i = 0; i < 12; ++i) {
    GateRecord record = gate("compare", 1);
    record.reason = std::to_string(i);
    ASSERT_TRUE(records.put(record));
  }
  const auto gates = records.gates("compare", 100);
  ASSERT_EQ(gates->size(), 12U);
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(gates->at(static_cast<std::size_t>(i)).reason, std::to_string(11 - i));
  }
}

TEST_F(RecordsTest, WritersAtOnceLoseNothing) {
  std::vector<pid_t> children;
  for (int writer = 0; writer < 4; ++writer) {
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      Records records(state());
      for (int i = 0; i < 25; ++i) {
        if (!records.put(gate("compare", 1))) {
          ::_exit(1);
        }
      }
      ::_exit(0);
    }
    children.push_back(pid);
  }
  for (const pid_t pid : children) {
    int status = -1;
    ::waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(Records(state()).gates("compare", 1000)->size(), 100U);
  for (const auto& entry : fs::directory_iterator(state() + "/records/gates")) {
    EXPECT_EQ(entry.path().extension(), ".json");  // no temporary file stays
  }
}

TEST_F(RecordsTest, ForeignFilesAreSkippedWithAWarning) {
  Records records(state());
  ASSERT_TRUE(records.put(run(1)));
  const std::string good = to_json(run(2));
  const auto with = [&](const char* key, const json& value) {
    json record = json::parse(good);
    record[key] = value;
    return record.dump();
  };
  std::vector<std::string> foreign{
      "",
      "[]",
      "{",
      "null",
      "{}",
      good.substr(0, good.size() / 2),
      with("mlpipe_record", 2),
      with("mlpipe_record", "1"),
      with("kind", "gate"),
      with("dirty", 1),
      with("ran", json::array({1})),
      with("wall_ms", 1.5),
      with("time", nullptr),
      std::string(100'000, '['),
      R"({"mlpipe_record":1,"kind":"run","x":)" + std::string(100'000, '[')};
  int number = 0;
  for (const std::string& text : foreign) {
    std::ofstream(runs_dir() + "/3000-" + std::to_string(number++) + ".json") << text;
  }
  fs::create_directory(runs_dir() + "/4000\x1b.json");
  ASSERT_EQ(::mkfifo((runs_dir() + "/5000.json").c_str(), 0600), 0);
  fs::create_symlink("nowhere", runs_dir() + "/6000.json");
  std::ofstream(runs_dir() + "/.new-abc") << "left by a killed writer";
  std::ofstream(runs_dir() + "/README") << "no record";
  std::vector<std::string> warnings;
  const auto runs = records.runs(10, &warnings);
  ASSERT_TRUE(runs);
  ASSERT_EQ(runs->size(), 1U);
  EXPECT_EQ(runs->at(0).run_id, "run-1");
  EXPECT_EQ(warnings.size(), foreign.size() + 3);
  for (const std::string& warning : warnings) {
    EXPECT_EQ(warning.find('\x1b'), std::string::npos);
    EXPECT_NE(warning.find(runs_dir()), std::string::npos);
  }
}

TEST_F(RecordsTest, UnknownMembersAreIgnored) {
  Records records(state());
  ASSERT_TRUE(records.put(run(1)));
  json record = json::parse(to_json(run(2)));
  record["added_later"] = {1, 2};
  std::ofstream(runs_dir() + "/3000.json") << record.dump();
  EXPECT_EQ(records.runs(10)->size(), 2U);
}

TEST_F(RecordsTest, OddIdsAndTextStayInsideTheFolder) {
  Records records(state());
  RunRecord odd = run(1);
  odd.run_id = "../../../etc/\n" + std::string(1000, 'x');
  odd.time = "/";
  odd.branch = "no utf-8: \xff";
  ASSERT_TRUE(records.put(odd));
  odd.run_id.clear();
  odd.time.clear();
  ASSERT_TRUE(records.put(odd));
  const auto runs = records.runs(10);
  ASSERT_EQ(runs->size(), 2U);
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(dir_)) {
    files += entry.is_regular_file() ? 1 : 0;
  }
  EXPECT_EQ(files, 2U);
  EXPECT_EQ(runs->at(0).branch, "no utf-8: \xef\xbf\xbd");
}

TEST_F(RecordsTest, MetricsMustBeAMap) {
  Records records(state());
  GateRecord record = gate("compare", 1);
  for (const char* metrics : {"", "[]", "1", "{", "{}x"}) {
    record.metrics = metrics;
    const auto status = records.put(record);
    ASSERT_FALSE(status) << metrics;
    EXPECT_EQ(status.error().code, Code::invalid);
  }
  EXPECT_TRUE(records.gates("compare", 10)->empty());
}

TEST_F(RecordsTest, AWriteThatFailsLeavesNothing) {
  std::ofstream(dir_ + "/file") << "x";
  EXPECT_FALSE(Records(dir_ + "/file").put(run(1)));
  ASSERT_TRUE(Records(state()).put(run(1)));
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100, 100};
    const bool refused = ::setrlimit(RLIMIT_FSIZE, &limit) == 0 && !Records(state()).put(run(2));
    ::_exit(refused ? 0 : 1);
  }
  int status = -1;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(runs_dir())) {
    files += entry.exists() ? 1 : 0;
  }
  EXPECT_EQ(files, 1U);
}

// What is written is what the schema describes: no member more, none less, of the type it says.
TEST(RecordSchema, DescribesWhatIsWritten) {
  std::ifstream file(std::string(MLPIPE_SOURCE_DIR) + "/schemas/record.schema.json");
  const json schema = json::parse(file);
  const auto check = [&](const char* kind, const std::string& text) {
    const json record = json::parse(text);
    const json& definition = schema["$defs"][kind];
    std::set<std::string> written;
    for (const auto& [key, value] : record.items()) {
      written.insert(key);
      const json& property = definition["properties"].at(key);
      if (property.contains("const")) {
        EXPECT_EQ(property["const"], value) << key;
      } else {
        const std::string type = property.contains("type") ? property["type"] : "string";
        const std::string actual = value.is_number_integer() ? "integer" : value.type_name();
        EXPECT_EQ(type, actual) << key;
      }
    }
    EXPECT_EQ(written, definition["required"].get<std::set<std::string>>());
    EXPECT_EQ(written.size(), definition["properties"].size());
  };
  check("run", to_json(run(1)));
  check("gate", *to_json(gate("compare", 1)));
}

}  // namespace
}  // namespace mlpipe::history
