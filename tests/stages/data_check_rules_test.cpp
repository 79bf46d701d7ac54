#include "tests/stages/data_check_fixture.hpp"

namespace mlpipe::stages::data_check {
namespace {

using nlohmann::json;
using plan::Outcome;

TEST_F(TableTest, EveryRuleHoldsOnGoodData) {
  write("a.csv",
        "id,day,temp,sky\n1,2026-02-27,1.5,sun\n2,2026-02-28,-3,rain\n3,2026-03-01,,sun\n");
  const auto result = run("a.csv", json::parse(R"([
    {"row_count": {"min": 3, "max": 3}}, {"columns": {"required": ["id", "day", "temp", "sky"], "exact": true,
      "ordered": true, "types": {"id": "integer", "day": "date", "temp": "double", "sky": "text"}}},
    {"not_null": {"columns": ["id", "day"]}}, {"unique": {"column": "id"}}, {"primary_key": {"columns": ["id", "day"]}},
    {"between": {"column": "temp", "min": -3, "max": 1.5}}, {"between": {"column": "day", "min": "2026-02-27"}},
    {"accepted_values": {"column": "sky", "values": ["sun", "rain"]}}, {"matches": {"column": "sky", "regex": "n$"}},
    {"freshness": {"column": "day", "max_age": "1d"}},
    {"sql": {"name": "cold", "query": "SELECT * FROM data WHERE temp < -10;"}},
    {"sql": {"name": "mean", "query": "SELECT avg(id) FROM data", "expect": {"equals": 2}}}])"));
  EXPECT_EQ(result.outcome, Outcome::passed) << result.summary << details_.dump(1);
  EXPECT_EQ(result.summary, "13 checks passed on 3 rows");
  EXPECT_TRUE(result.findings.empty());
  EXPECT_EQ(check(6).at("missing"), 1);
  EXPECT_EQ(check(6).at("measured"), 1.0);
}

TEST_F(TableTest, SamplesNameRowsInFileOrder) {
  std::string text = "temp_max\n";
  for (int i = 1; i <= 1461; ++i) {
    text += i == 7 ? "51.2\n" : i == 19 ? "60\n" : i == 400 ? "1e3\n" : "20\n";
  }
  write("a.csv", text);
  const auto result =
      run("a.csv", json::parse(R"([{"between": {"column": "temp_max", "max": 50}}])"));
  EXPECT_EQ(result.outcome, Outcome::failed);
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings[0].message,
            "temp_max: 3 of 1,461 rows are above 50 (rows 7, 19, 400: 51.2, 60, 1e3)");
  EXPECT_EQ(check().at("sample").at(2).at("row"), 400);
  EXPECT_EQ(check().at("low"), 20);
  EXPECT_EQ(check().at("high"), 1000);
}

TEST_F(TableTest, AtMostTenSamplesAndTheFirstOnes) {
  std::string text = "x\n";
  for (int i = 1; i <= 60'000; ++i) {
    text += std::to_string(i) + "\n";
  }
  write("a.csv", text);
  run("a.csv", json::parse(R"([{"between": {"column": "x", "max": 30000}}])"));
  EXPECT_EQ(check().at("violations"), 30'000);
  ASSERT_EQ(check().at("sample").size(), 10U);
  EXPECT_EQ(check().at("sample").at(0).at("row"), 30'001);
  EXPECT_EQ(check().at("sample").at(9).at("row"), 30'010);
}

TEST_F(TableTest, StrictBoundsAreOutside) {
  write("a.csv", "x\n1\n2\n3\n");
  run("a.csv", json::parse(R"([{"between": {"column": "x", "min": 1, "max": 3, "strict": true}},
    {"between": {"column": "x", "min": 1, "max": 3, "strict": "min"}},
    {"between": {"column": "x", "min": 1, "max": 3, "strict": "max"}}, {"between": {"column": "x", "min": 1, "max": 3}}])"));
  EXPECT_EQ(check(0).at("violations"), 2);
  EXPECT_EQ(check(1).at("sample").at(0).at("value"), "1");
  EXPECT_EQ(check(2).at("sample").at(0).at("value"), "3");
  EXPECT_EQ(status(3), "pass");
}

TEST_F(TableTest, MostlyCountsRowsThatAreNotMissing) {
  write("a.csv", "x,y\n1,\n2,\n3,\n4,\n50,\n,7\n,7\n,7\n,7\n,7\n");
  run("a.csv", json::parse(R"([{"between": {"column": "x", "max": 4, "mostly": 0.8}},
    {"between": {"column": "x", "max": 4, "mostly": 0.81}}, {"not_null": {"column": "x", "mostly": 0.5}},
    {"not_null": {"column": "x", "mostly": 0.51}}])"));
  EXPECT_EQ(status(0), "pass");
  EXPECT_EQ(check(0).at("considered"), 5);
  EXPECT_EQ(check(0).at("missing"), 5);
  EXPECT_EQ(check(0).at("violations"), 1);
  EXPECT_EQ(check(0).at("measured"), 0.8);
  EXPECT_EQ(status(1), "fail");
  EXPECT_EQ(status(2), "pass");
  EXPECT_EQ(check(2).at("measured"), 0.5);
  EXPECT_EQ(status(3), "fail");
}

TEST_F(TableTest, NothingToCheckIsVisibleAndAsConfigured) {
  write("a.csv", "x\n");
  const auto result = run("a.csv", json::parse(R"([{"between": {"column": "x", "min": 0}},
    {"between": {"column": "x", "min": 0, "on_empty": "warn"}}, {"unique": {"column": "x", "on_empty": "fail"}},
    {"row_count": {"min": 1}}])"));
  EXPECT_EQ(status(0), "pass");
  EXPECT_NE(message(0).find("nothing to check"), std::string::npos);
  EXPECT_TRUE(check(0).at("measured").is_null());
  EXPECT_EQ(status(1), "warn");
  EXPECT_EQ(status(2), "fail");
  EXPECT_EQ(status(3), "fail");
  EXPECT_EQ(result.outcome, Outcome::failed);
}

TEST_F(TableTest, SeverityWarningWarns) {
  write("a.csv", "x\n1\n");
  const auto result = run(
      "a.csv", json::parse(R"([{"between": {"column": "x", "min": 5, "severity": "warning"}}])"));
  EXPECT_EQ(result.outcome, Outcome::warned);
  EXPECT_EQ(result.findings.at(0).level, plan::Finding::Level::warning);
}

TEST_F(TableTest, UniqueCountsEveryMemberOfAGroup) {
  write("a.csv", "a,b\n1,x\n2,x\n1,x\n,x\n,y\n3,\n1,z\n");
  run("a.csv", json::parse(R"([{"unique": {"column": "a"}}, {"unique": {"columns": ["a", "b"]}},
    {"primary_key": {"column": "a"}}, {"primary_key": {"columns": ["a", "b"]}}])"));
  EXPECT_EQ(check(0).at("violations"), 3);
  EXPECT_EQ(check(0).at("considered"), 5);
  EXPECT_EQ(check(0).at("sample").at(0).at("row"), 1);
  EXPECT_EQ(check(0).at("sample").at(1).at("row"), 3);
  EXPECT_EQ(check(0).at("sample").at(2).at("row"), 7);
  EXPECT_EQ(check(1).at("violations"), 2);
  EXPECT_EQ(check(1).at("sample").at(0).at("value"), "1, x");
  EXPECT_EQ(check(2).at("violations"), 5);
  EXPECT_EQ(check(2).at("considered"), 7);
  EXPECT_EQ(check(3).at("violations"), 5);
}

TEST_F(TableTest, WhereNarrowsEveryRule) {
  write("a.csv", "k,v\na,1\na,1\nb,99\nb,\n");
  run("a.csv",
      json::parse(R"([{"between": {"column": "v", "max": 50, "where": "k = 'a' -- only a"}},
    {"row_count": {"equals": 2, "where": "k = 'b'"}}, {"unique": {"column": "v", "where": "k = 'b'"}},
    {"not_null": {"column": "v", "where": "k = 'a'"}}, {"between": {"column": "v", "max": 50, "where": "v > 50"}}])"));
  EXPECT_EQ(status(0), "pass");
  EXPECT_EQ(check(0).at("considered"), 2);
  EXPECT_EQ(status(1), "pass");
  EXPECT_EQ(status(2), "pass");
  EXPECT_EQ(status(3), "pass");
  EXPECT_EQ(check(4).at("sample").at(0).at("row"), 3);
}

TEST_F(TableTest, WhatCannotBeEvaluatedIsAnErrorAndOnlyThat) {
  write("a.csv", "price,name\n1,a\nNA,b\n3,c\n");
  const auto result = run("a.csv", json::parse(R"([{"between": {"column": "price", "max": 5}},
    {"not_null": {"column": "prise"}}, {"between": {"column": "price", "max": 5, "where": "nothing = 1"}},
    {"not_null": {"column": "name"}}, {"sql": {"query": "SELECT broken FROM data"}},
    {"freshness": {"column": "name", "max_age": "1d"}}, {"matches": {"column": "name", "regex": "a{9999}"}},
    {"sql": {"query": "SELECT * FROM data", "expect": {"min": 1}}}])"));
  EXPECT_EQ(result.outcome, Outcome::errored);
  EXPECT_EQ(status(0), "error");
  EXPECT_NE(message(0).find("1 of 3 values is no number, first in row 2: \"NA\""),
            std::string::npos)
      << message(0);
  EXPECT_EQ(status(1), "error");
  EXPECT_NE(message(1).find("did you mean price?"), std::string::npos) << message(1);
  EXPECT_EQ(status(2), "error");
  EXPECT_EQ(status(3), "pass");
  EXPECT_EQ(check(3).at("considered"), 3);
  EXPECT_EQ(status(4), "error");
  EXPECT_EQ(status(5), "error");
  EXPECT_EQ(status(6), "error");
  EXPECT_EQ(status(7), "error");
  EXPECT_EQ(result.findings.size(), 7U);
}

TEST_F(TableTest, ColumnSetNamesEveryProblem) {
  write("a.csv", "a,b,c\n1,x,2.5\n");
  run("a.csv",
      json::parse(R"([{"columns": {"required": ["b", "a", "d"], "forbidden": ["c"], "exact": true,
    "types": {"a": "date", "c": "number"}}}, {"columns": {"required": ["b", "a"], "ordered": true}}])"));
  EXPECT_EQ(status(0), "fail");
  EXPECT_EQ(
      check(0).at("problems"),
      json::parse(
          R"(["the column d is missing", "the column c is forbidden", "the column a is BIGINT, not date"])"));
  EXPECT_EQ(check(1).at("problems"), json::parse(R"(["the column a is not in its place"])"));
}

TEST_F(TableTest, NaNIsMissingAndInfinityIsAValue) {
  write("a.csv", "x\n1\nNaN\ninf\n-inf\n");
  run("a.csv", json::parse(R"([{"between": {"column": "x", "min": 0}}])"));
  EXPECT_EQ(check().at("considered"), 3);
  EXPECT_EQ(check().at("missing"), 1);
  EXPECT_EQ(check().at("violations"), 1);
  EXPECT_EQ(check().at("sample").at(0).at("value"), "-inf");
}

TEST_F(TableTest, SqlIsLockedIn) {
  write("a.csv", "x\n1\n");
  write("secret.csv", "x\n42\n");
  const std::string secret = (root_ / "secret.csv").string();
  run("a.csv", {{{"sql", {{"query", "SELECT * FROM read_csv('" + secret + "')"}}}},
                {{"sql", {{"query", "SELECT * FROM read_text('/etc/passwd')"}}}},
                {{"sql", {{"query", "COPY data TO '" + (root_ / "a.csv").string() + "'"}}}},
                {{"sql", {{"query", "SET threads = 1"}}}},
                {{"sql", {{"query", "SELECT 1) UNION (SELECT 2"}}}},
                {{"sql", {{"query", "SELECT * FROM data WHERE x > 5"}}}}});
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(status(i), "error") << message(i);
  }
  EXPECT_EQ(status(5), "pass");
  std::ifstream file(root_ / "a.csv");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "x\n1\n");
}

TEST_F(TableTest, SqlMostlyAndSample) {
  write("a.csv", "x,d\n1,2026-01-01\n2,2026-01-02\n3,2026-01-03\n4,2027-01-01\n");
  run("a.csv",
      json::parse(
          R"([{"sql": {"name": "future", "query": "SELECT * FROM data WHERE d > '2026-06-01'"}},
    {"sql": {"name": "few", "query": "SELECT * FROM data WHERE x > 3", "mostly": 0.75}},
    {"sql": {"name": "max", "query": "SELECT max(x) FROM data", "expect": {"max": 3}}}])"));
  EXPECT_EQ(message(0), "future: the query returned 1 row (x=4, d=2027-01-01)");
  EXPECT_EQ(status(1), "pass");
  EXPECT_EQ(message(2), "max: 4 is above 3");
  EXPECT_EQ(check(2).at("measured"), 4);
}

TEST_F(TableTest, FreshnessIsJudgedAnewWithoutTheData) {
  write("a.csv", "t\n2026-02-27T12:00:00Z\n2026-02-28T14:00:00+02:00\n");
  const auto checks = json::parse(
      R"([{"freshness": {"column": "t", "max_age": "2d"}}, {"row_count": {"min": 1}}])");
  const auto first = run("a.csv", checks);
  EXPECT_EQ(first.outcome, Outcome::passed) << details_.dump();
  EXPECT_EQ(check().at("latest_ms"), 1772280000000);
  std::filesystem::remove(root_ / "a.csv");
  auto later = input({{"table", "a.csv"}, {"checks", checks}});
  later.run_started = "2026-03-03T12:00:00.250Z";
  later.stored = json{{"outcome", "passed"}, {"details", json::parse(first.details)}}.dump();
  const auto second = kind().step(later, host_);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->outcome, Outcome::failed);
  EXPECT_NE(second->findings.at(0).message.find("at most 2d is allowed"), std::string::npos)
      << second->findings[0].message;
  EXPECT_EQ(second->verdict_summary, "1 failed, 1 passed on 2 rows");
  later.stored = "{}";
  EXPECT_EQ(kind().step(later, host_).error().code, Code::corrupt);
}

TEST_F(TableTest, AFarFutureRowDoesNotKeepATableFresh) {
  write("a.csv", "t\n2020-01-01\n2099-01-01\n");
  run("a.csv", json::parse(R"([{"freshness": {"column": "t", "max_age": "1d"}}])"));
  EXPECT_EQ(status(), "fail");
  EXPECT_NE(message().find("in the future"), std::string::npos);
}

TEST_F(TableTest, AcceptedValuesCompareNumbersAsNumbers) {
  write("a.csv", "n,b,t\n1,true,01\n1.0,False,1\n2,true,x\n");
  run("a.csv", json::parse(R"([{"accepted_values": {"column": "n", "values": [1, 2]}},
    {"accepted_values": {"column": "b", "values": [true]}}, {"accepted_values": {"column": "t", "values": ["1", "x"]}},
    {"accepted_values": {"column": "n", "values": []}}])"));
  EXPECT_EQ(status(0), "pass") << message(0);
  EXPECT_EQ(check(1).at("violations"), 1);
  EXPECT_EQ(check(2).at("sample").at(0).at("value"), "01");
  EXPECT_EQ(check(3).at("violations"), 3);
}

}  // namespace
}  // namespace mlpipe::stages::data_check
