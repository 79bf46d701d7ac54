#include "tests/stages/data_check_fixture.hpp"

namespace mlpipe::stages::data_check {
namespace {

using nlohmann::json;
using plan::Outcome;

json rows_are(std::int64_t count) {
  return {{{"row_count", {{"equals", count}}}}};
}

class Tables : public TableTest {
 protected:
  // Writes with the engine itself: COPY (query) TO name.
  void copy(const std::string& query, const std::string& name, const std::string& options) {
    auto engine = load_engine({1, 0, (root_ / "scratch").string()});
    ASSERT_TRUE(engine) << engine.error().message;
    const auto done = (*engine)->query("COPY (" + query + ") TO '" + (root_ / name).string() +
                                       "' (" + options + ")");
    ASSERT_TRUE(done) << done.error().message;
  }
  std::string unreadable(const std::string& table, json more = {}) {
    const auto result = run(table, rows_are(1), std::move(more));
    EXPECT_EQ(result.outcome, Outcome::errored);
    EXPECT_EQ(status(), "error");
    return result.findings.empty() ? "" : result.findings[0].message;
  }
};

TEST_F(Tables, MalformedLinesAreToldNeverDropped) {
  write("a.csv", "a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,\"x \"\"y\",12\n13,\"bad\"quote,14\n15,16,17\n");
  const auto result = run("a.csv", rows_are(3));
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_EQ(status(), "pass");
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings[0].line, 3U);
  EXPECT_EQ(details_.at("malformed").at("lines"), 3);
  EXPECT_EQ(details_.at("malformed").at("sample").at(2).at("line"), 6);
  EXPECT_NE(result.summary.find("3 malformed lines"), std::string::npos) << result.summary;
}

TEST_F(Tables, MalformedLinesAreToldOfEveryPartAndFarDown) {
  std::string text = "a,b\n";
  for (int i = 0; i < 300'000; ++i) {
    text += i == 250'000 ? "1\n" : "1,2\n";
  }
  write("d/1.csv", text);
  write("d/2.csv", "a,b\n1,2,3\n");
  run("d", rows_are(299'999));
  EXPECT_EQ(status(), "pass") << message();
  EXPECT_EQ(details_.at("malformed").at("lines"), 2);
  EXPECT_EQ(details_.at("malformed").at("sample").at(0).at("line"), 250'002);
}

TEST_F(Tables, Latin1IsToldAndReadWhenDeclared) {
  write("a.csv", "a,b\n1,\xE4\n2,x\n");
  const auto result = run("a.csv", rows_are(1));
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_NE(result.findings.at(0).message.find("encoding: latin-1"), std::string::npos)
      << result.findings[0].message;
  const auto declared =
      run("a.csv", json::parse(R"([{"accepted_values": {"column": "b", "values": ["ä", "x"]}}])"),
          {{"csv", {{"encoding", "latin-1"}}}});
  EXPECT_EQ(declared.outcome, Outcome::passed) << declared.summary;
}

TEST_F(Tables, BomCrlfGzipTabsAndQuotedNewlines) {
  write("bom.csv", "\xEF\xBB\xBFid,b\r\n1,\"x\r\ny\"\r\n2,\r\n");
  run("bom.csv",
      json::parse(
          R"([{"unique": {"column": "id"}}, {"row_count": {"equals": 2}}, {"not_null": {"column": "b"}}])"));
  EXPECT_EQ(status(0), "pass") << message(0);
  EXPECT_EQ(status(1), "pass") << message(1);
  EXPECT_EQ(check(2).at("sample").at(0).at("row"), 2);
  copy("SELECT 1 AS a, 'x' AS b", "z.csv.gz", "FORMAT csv, HEADER, COMPRESSION gzip");
  run("z.csv.gz", json::parse(R"([{"not_null": {"columns": ["a", "b"]}}])"));
  EXPECT_EQ(status(1), "pass");
  write("t.tsv", "a\tb,c\n1\t2\n");
  run("t.tsv", json::parse(R"([{"columns": {"required": ["a", "b,c"], "exact": true}}])"));
  EXPECT_EQ(status(), "pass") << message();
}

TEST_F(Tables, HeaderNamesOfAnySort) {
  write("a.csv", "\"a\"\"b\",\"line\nbreak\",select,\xC3\xA4 \xE2\x82\xAC,a'b\n1,2,3,4,5\n");
  run("a.csv", {{{"not_null", {{"columns", {"a\"b", "line\nbreak", "select", "ä €", "a'b"}}}}},
                {{"sql", {{"query", "SELECT * FROM data WHERE \"a\"\"b\" > 1"}}}}});
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(status(i), "pass") << message(i);
  }
}

TEST_F(Tables, WhatHasNoUsableHeaderIsAnError) {
  write("empty.csv", "");
  EXPECT_NE(unreadable("empty.csv").find("is empty"), std::string::npos);
  write("twice.csv", "a,b,A\n1,2,3\n");
  EXPECT_NE(
      unreadable("twice.csv").find("columns 1 and 3 are both named `A` (case does not count)"),
      std::string::npos);
  write("blank.csv", "a,,c\n1,2,3\n");
  EXPECT_NE(unreadable("blank.csv").find("column 2 has no name"), std::string::npos);
  write("open.csv", "a,\"b\n1,2\n");
  EXPECT_NE(unreadable("open.csv").find("quote that is not closed"), std::string::npos);
  EXPECT_NE(unreadable("none.csv").find("does not exist"), std::string::npos);
  write("x.bin", "1");
  EXPECT_NE(unreadable("x.bin").find("say `format:"), std::string::npos);
  write("bad.parquet", "PAR1 this is not parquet PAR1");
  EXPECT_FALSE(unreadable("bad.parquet").empty());
  std::filesystem::create_directories(root_ / "lake/_delta_log");
  EXPECT_NE(unreadable("lake").find("holds neither a commit nor a checkpoint"), std::string::npos);
  EXPECT_NE(unreadable("a.csv/b.csv").find("does not exist"), std::string::npos);
}

TEST_F(Tables, HeaderOnlyHasColumnsAndNoRows) {
  write("a.csv", "a,b");
  const auto result =
      run("a.csv", json::parse(R"([{"columns": {"required": ["a", "b"], "types": {"a": "integer"}}},
    {"row_count": {"equals": 0}}, {"sql": {"query": "SELECT * FROM data"}}])"));
  EXPECT_EQ(result.outcome, Outcome::passed) << details_.dump(1);
}

TEST_F(Tables, NoHeader) {
  write("a.csv", "1,x\n2,y\n");
  const auto result = run(
      "a.csv", json::parse(R"([{"row_count": {"equals": 2}}, {"unique": {"column": "column1"}}])"),
      {{"csv", {{"header", false}}}});
  EXPECT_EQ(result.outcome, Outcome::passed) << details_.dump(1);
}

TEST_F(Tables, DialectIsWhatWasDeclaredNeverGuessed) {
  write("a.csv", "a;b\n1;2\n");
  run("a.csv", json::parse(R"([{"columns": {"required": ["a"]}}])"));
  EXPECT_EQ(status(), "fail");
  const auto result = run("a.csv", json::parse(R"([{"between": {"column": "b", "min": 2}}])"),
                          {{"csv", {{"delimiter", ";"}}}});
  EXPECT_EQ(result.outcome, Outcome::passed);
}

TEST_F(Tables, NullValues) {
  write("a.csv", "age\n12\nNA\n\"\"\n-\n");
  const auto checks = json::parse(R"([{"between": {"column": "age", "min": 0}}])");
  run("a.csv", checks);
  EXPECT_EQ(status(), "error");
  run("a.csv", checks, {{"csv", {{"null_values", {"pandas", "-"}}}}});
  EXPECT_EQ(status(), "pass") << message();
  EXPECT_EQ(check().at("missing"), 3);
}

TEST_F(Tables, TypesAreThoseOfTheWholeFile) {
  std::string text = "i,d,t,z,late,big,b\n";
  for (int n = 0; n < 25'000; ++n) {
    text += "1,2026-01-01,2026-01-01 10:00:00,0123,,12345678901234567890,true\n";
  }
  text += "1.5,2026-01-01 12:00:00,2026-01-01T10:00:00Z,5,7,1,maybe\n";
  write("a.csv", text);
  run("a.csv",
      json::parse(
          R"([{"columns": {"types": {"i": "DOUBLE", "d": "timestamp", "z": "text", "late": "BIGINT",
    "big": "text", "b": "text"}}}, {"sql": {"query": "SELECT * FROM data WHERE i > 1 AND late IS NULL"}},
    {"columns": {"types": {"i": "integer", "b": "boolean"}}}])"));
  EXPECT_EQ(status(0), "pass") << message(0);
  EXPECT_EQ(status(1), "pass") << message(1);
  EXPECT_EQ(check(2).at("problems").size(), 2U);
  EXPECT_EQ(details_.at("columns").at(2).at("type"), "TIMESTAMP WITH TIME ZONE");
  EXPECT_EQ(details_.at("columns").at(4).at("type"), "BIGINT");
}

TEST_F(Tables, FoldersAndGlobsAreOneTableInTheOrderOfNames) {
  write("d/b/2.csv", "x\n3\n4\n");
  write("d/1.csv", "x\n1\n2\n");
  write("d/_SUCCESS", "");
  write("d/.hidden.csv", "y\n");
  write("d/readme.txt", "not a table");
  run("d",
      json::parse(R"([{"row_count": {"equals": 4}}, {"between": {"column": "x", "max": 3}}])"));
  EXPECT_EQ(status(0), "pass") << message(0);
  EXPECT_EQ(check(1).at("sample").at(0).at("row"), 4);
  run("d/**/*.csv", rows_are(4));
  EXPECT_EQ(status(), "pass") << message();
  run("d/*.csv", rows_are(2));
  EXPECT_EQ(status(), "pass") << message();
  EXPECT_NE(unreadable("d/*.parquet").find("no file matches"), std::string::npos);
}

TEST_F(Tables, PartsMustAgree) {
  write("d/1.csv", "a,b\n1,2\n");
  write("d/2.csv", "a,c\n1,2\n");
  EXPECT_NE(unreadable("d").find("column 2 is `b` in"), std::string::npos);
  std::filesystem::create_directories(root_ / "p");
  copy("SELECT 1 AS a", "p/1.parquet", "FORMAT parquet");
  copy("SELECT 1.5 AS a", "p/2.parquet", "FORMAT parquet");
  EXPECT_NE(unreadable("p").find("the parts of the table disagree"), std::string::npos);
  write("m/1.csv", "a\n1\n");
  write("m/2.jsonl", "{\"a\": 1}\n");
  EXPECT_NE(unreadable("m").find("of one format"), std::string::npos);
}

TEST_F(Tables, FileNamesOfAnySort) {
  for (const char* name :
       {"a b.csv", "it's.csv", "\xC3\xA4\n.csv", "-x.csv", "100%.csv", "{a,b}.csv"}) {
    write(name, "x\n1\n");
    run(name, rows_are(1));
    EXPECT_EQ(status(), "pass") << name << message();
  }
  write("a[1].csv", "x\n1\n");
  EXPECT_NE(unreadable("a[1].csv").find("rename it"), std::string::npos);
}

TEST_F(Tables, ParquetKeepsTypesNullsAndNaN) {
  copy(
      "SELECT i AS id, CASE WHEN i = 3 THEN 'nan'::DOUBLE ELSE i / 2 END AS x, TIMESTAMP "
      "'2026-01-01' + INTERVAL (i) DAY AS t, "
      "CAST(i AS DECIMAL(10,2)) AS d, i > 0 AS b FROM range(5) r(i)",
      "a.parquet", "FORMAT parquet");
  run("a.parquet",
      json::parse(
          R"([{"columns": {"types": {"id": "BIGINT", "x": "double", "t": "timestamp", "b": "boolean"}}},
    {"between": {"column": "x", "min": 0, "max": 1.5}}, {"not_null": {"column": "x"}}, {"between": {"column": "d", "max": 3}},
    {"between": {"column": "t", "max": "2026-01-04"}}, {"accepted_values": {"column": "b", "values": [true]}},
    {"primary_key": {"column": "id"}}, {"between": {"column": "b", "max": 3}}, {"columns": {"types": {"id": "double"}}},
    {"accepted_values": {"column": "id", "values": ["1"]}}])"));
  EXPECT_EQ(status(0), "pass") << message(0);
  EXPECT_EQ(check(1).at("considered"), 4);
  EXPECT_EQ(check(1).at("sample").at(0).at("value"), 2.0);
  EXPECT_EQ(check(2).at("sample").at(0).at("row"), 4);
  EXPECT_EQ(check(3).at("violations"), 1);
  EXPECT_EQ(check(4).at("violations"), 1);
  EXPECT_EQ(check(5).at("violations"), 1);
  EXPECT_EQ(status(6), "pass");
  EXPECT_EQ(status(7), "error");
  EXPECT_EQ(status(8), "fail");
  EXPECT_EQ(status(9), "error");
}

TEST_F(Tables, JsonLines) {
  write(
      "a.jsonl",
      "{\"a\": 1, \"s\": \"x\", \"n\": {\"k\": [1]}}\n{\"a\": null, \"s\": \"7\"}\n{\"a\": 3.5}\n");
  run("a.jsonl",
      json::parse(R"([{"not_null": {"column": "a"}}, {"between": {"column": "a", "max": 2}},
    {"between": {"column": "s", "max": 2}}, {"unique": {"column": "n"}}])"));
  EXPECT_EQ(check(0).at("sample").at(0).at("row"), 2);
  EXPECT_EQ(check(1).at("sample").at(0).at("value"), 3.5);
  EXPECT_EQ(status(2), "error");
  EXPECT_EQ(status(3), "pass") << message(3);
  write("bad.jsonl", "{\"a\": 1}\n{\"a\": \n");
  EXPECT_NE(unreadable("bad.jsonl").find("line"), std::string::npos);
}

TEST_F(Tables, AFullScratchIsToldAndIsNoVerdict) {
  write("a.csv", "a\n1\n");
  auto in = input({{"table", "a.csv"}, {"checks", rows_are(1)}});
  in.scratch = (root_ / "a.csv").string();  // no folder can be made below a file
  const auto result = kind().step(in, host_);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->outcome, Outcome::passed) << "a small table spills nothing";
}

TEST_F(Tables, AMissingEngineIsAnErrorOfTheRunner) {
  write("a.csv", "a\n1\n");
  host_.open_tables = [](const port::EngineLimits&) -> Result<std::unique_ptr<port::TableEngine>> {
    return fail(Code::unavailable, "no engine");
  };
  EXPECT_EQ(kind().step(input({{"table", "a.csv"}, {"checks", rows_are(1)}}), host_).error().code,
            Code::unavailable);
}

TEST_F(Tables, CheckTableReadsNothingWhenTheChecksAreWrong) {
  spec::Diagnostics diagnostics;
  const auto checks = node_from_json(R"([{"between": {"column": "a"}}])");
  host_.open_tables = [](const port::EngineLimits&) -> Result<std::unique_ptr<port::TableEngine>> {
    ADD_FAILURE() << "opened";
    return fail(Code::internal, "");
  };
  const auto result =
      check_table("a.csv", *checks, {root_.string(), root_.string(), 0, 1, 0}, host_, diagnostics);
  EXPECT_EQ(result.error().code, Code::invalid);
  EXPECT_TRUE(diagnostics.has_errors());
}

}  // namespace
}  // namespace mlpipe::stages::data_check
