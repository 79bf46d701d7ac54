// The rules beyond the first ones: what each counts, and the one form around them.
#include "tests/stages/data_check_fixture.hpp"

namespace mlpipe::stages::data_check {
namespace {

using nlohmann::json;
using plan::Outcome;

class Union : public TableTest {
 protected:
  // One check on `table`; returns its JSON.
  json one(const std::string& table, const std::string& text, const json& more = {}) {
    run(table, json::array({json::parse(text)}), more);
    return check();
  }
  void violations(const std::string& table, const std::string& text, int expected) {
    const json found = one(table, text);
    EXPECT_EQ(found.at("violations"), expected) << text << found.dump(1);
    EXPECT_EQ(found.at("status"), expected == 0 ? "pass" : "fail") << text << found.dump(1);
  }
};

TEST_F(Union, TextsAndFormats) {
  write("a.csv",
        "t\n\" x\"\nmail me@example.org\n4111 1111 1111 1111\nGB82 WEST 1234 5698 7654 32\n"
        "4111 1111 1111 1112\n---\n2024-02-30\n");
  violations("a.csv", R"({"trimmed": {"column": "t"}})", 1);
  violations("a.csv", R"({"not_special": {"column": "t"}})", 1);
  violations("a.csv", R"({"no_personal_data": {"column": "t"}})", 3);
  violations("a.csv", R"({"no_personal_data": {"column": "t", "kinds": ["card"]}})", 1);
  violations("a.csv", R"({"format": {"column": "t", "is": "date"}})", 7);
  violations("a.csv", R"({"not_matches": {"column": "t", "regex": ["^4", "^-"]}})", 3);
  violations("a.csv", R"({"matches": {"column": "t", "any_of": ["^4", "^-"]}})", 4);
  violations("a.csv", R"({"like": {"column": "t", "pattern": "4111%"}})", 5);
  violations("a.csv", R"({"not_like": {"column": "t", "pattern": ["4111%", "---"]}})", 3);
  violations("a.csv", R"({"length": {"column": "t", "max": 10}})", 4);
  violations("a.csv", R"({"time_format": {"column": "t", "pattern": "%Y-%m-%d"}})", 7);
  violations("a.csv", R"({"forbidden_values": {"column": "t", "values": ["---"]}})", 1);
}

TEST_F(Union, JsonSchemasAreValidated) {
  write("a.jsonl",
        "{\"j\": \"{\\\"a\\\": 1}\"}\n{\"j\": \"{\\\"a\\\": \\\"x\\\"}\"}\n{\"j\": \"[\"}\n{\"j\": "
        "null}\n");
  violations("a.jsonl",
             R"({"json_schema": {"column": "j", "schema": {"type": "object", "properties":
               {"a": {"type": "integer"}}}}})",
             2);
  EXPECT_EQ(check().at("sample").at(1).at("row"), 3);
  EXPECT_EQ(check().at("missing"), 1);
}

TEST_F(Union, RowsBesideTheirNeighbours) {
  write("a.csv", "x,o\n1,4\n2,3\n2,2\n,1\n1,9\n10,0\n");
  violations("a.csv", R"({"increasing": {"column": "x"}})", 1);
  EXPECT_EQ(check().at("sample").at(0).at("row"), 5);
  EXPECT_EQ(check().at("sample").at(0).at("value"), "1 after 2");
  violations("a.csv", R"({"increasing": {"column": "x", "strict": true}})", 2);
  violations("a.csv", R"({"decreasing": {"column": "o"}})", 1);
  violations("a.csv", R"({"decreasing": {"column": "x", "order_by": "o"}})", 0);
  violations("a.csv", R"({"sequential": {"column": "o", "step": -1}})", 2);
}

TEST_F(Union, AcrossColumns) {
  write("a.csv", "a,b,c\n1,2,3\n2,2,\n10,9,1\n,1,1\n");
  violations("a.csv", R"({"compare": {"columns": ["a", "b"], "is": "<"}})", 2);
  violations("a.csv", R"({"compare": {"columns": ["a", "b"], "is": "<=", "ignore_rows": "never"}})",
             2);
  violations("a.csv", R"({"row_sum": {"columns": ["a", "b", "c"], "equals": 6}})", 1);
  violations("a.csv", R"({"unique_in_row": {"columns": ["a", "b", "c"]}})", 2);
  violations("a.csv", R"({"pair_values": {"columns": ["a", "b"], "values": [[1, 2], [10, 9]]}})",
             1);
  violations("a.csv", R"({"expression": {"sql": "a + b > 3"}})", 2);
  EXPECT_EQ(check().at("sample").at(0).at("row"), 1);
}

TEST_F(Union, GroupsOfRows) {
  write("a.csv", "k,f,y\n1,x,0\n2,x,1\n3,x,0\n4,z,1\n5,z,1\n");
  violations("a.csv", R"({"duplicate_rows": {"except": ["k"]}})", 2);
  EXPECT_EQ(check().at("sample").at(0).at("row"), 3);
  EXPECT_EQ(check().at("sample").at(1).at("row"), 5);
  violations("a.csv", R"({"conflicting_labels": {"label": "y", "features": ["f"]}})", 3);
  violations("a.csv", R"({"duplicate_rows": {}})", 0);
}

TEST_F(Union, BesideAnotherTable) {
  write("a.csv", "id,day,c\n1,2024-02-01,x\n7,2024-01-01,q\n,2024-03-01,x\n");
  write("b.csv", "id,day,c\n1,2023-12-31,x\n2,2024-01-01,y\n");
  const json tables{{"tables", {{"b", "b.csv"}}}};
  const auto counted = [&](const std::string& text, int expected) {
    EXPECT_EQ(one("a.csv", text, tables).at("violations"), expected) << check().dump(1);
  };
  counted(R"({"foreign_key": {"column": "id", "references": "b"}})", 1);
  EXPECT_EQ(check().at("considered"), 2);
  EXPECT_EQ(check().at("sample").at(0).at("row"), 2);
  counted(R"({"known_values": {"column": "c", "in": {"table": "b", "column": "c"}}})", 1);
  counted(R"({"no_overlap": {"with": "b", "columns": ["id", "c"]}})", 1);
  counted(R"({"no_overlap": {"with": "b"}})", 0);
  counted(R"({"later_than": {"column": "day", "than": "b"}})", 1);
  EXPECT_EQ(one("a.csv", R"({"row_ratio": {"to": "b", "max": 2}})", tables).at("measured"), 1.5);
  EXPECT_EQ(one("a.csv", R"x({"sql": {"query": "SELECT * FROM data JOIN b USING (id)"}})x", tables)
                .at("violations"),
            1);
}

TEST_F(Union, NumbersOfAColumn) {
  write("a.csv", "x,w\n1,a\n2,a\n3,b\n4,c\n100,\n");
  const auto measured = [&](const std::string& text, double expected) {
    EXPECT_DOUBLE_EQ(one("a.csv", text).at("measured").get<double>(), expected) << check().dump(1);
  };
  measured(R"({"mean": {"column": "x", "max": 30}})", 22);
  EXPECT_EQ(message(), "x: mean: 22");
  measured(R"({"median": {"column": "x", "max": 30}})", 3);
  measured(R"({"sum": {"column": "x", "max": 30}})", 110);
  EXPECT_EQ(message(), "x: sum: 110 is above 30");
  measured(R"({"variance": {"column": "x", "max": 1}})", 1902.5);
  measured(R"({"quantile": {"column": "x", "q": 0.9, "interpolation": "higher", "max": 1}})", 100);
  measured(R"({"min": {"column": "x", "min": 1}})", 1);
  EXPECT_EQ(status(), "pass");
  measured(R"({"max": {"column": "x", "max": 100, "strict": true}})", 100);
  EXPECT_EQ(status(), "fail");
  measured(R"({"distinct_count": {"column": "w", "equals": 3}})", 3);
  measured(R"({"top_share": {"column": "w", "max": 0.4}})", 0.5);
  EXPECT_EQ(message(), "w: top_share: 0.5 is above 0.4 (a: 2)");
  measured(R"({"label_balance": {"column": "w", "min": 0.1}})", 0.5);
  measured(R"({"entropy": {"column": "w", "min": 0.1}})", 1.0397207708399179);
  violations("a.csv", R"({"z_score": {"column": "x", "max": 1.5}})", 1);
  violations("a.csv", R"({"iqr": {"column": "x"}})", 1);
  EXPECT_NE(message().find("outside -1 to 7"), std::string::npos) << message();
}

TEST_F(Union, DistinctValuesNameWhatIsWrong) {
  write("a.csv", "w\na\na\nb\n");
  one("a.csv",
      R"({"distinct_values": {"column": "w", "values": ["a", "c"], "relation": "equal"}})");
  EXPECT_EQ(check().at("problems"),
            json({"the value c does not occur", "the value b is not expected (in 1 row)"}));
  EXPECT_EQ(status(), "fail");
  one("a.csv", R"({"distinct_values": {"column": "w", "values": ["a"], "relation": "superset"}})");
  EXPECT_EQ(status(), "pass");
  one("a.csv", R"({"most_common": {"column": "w", "values": ["b"]}})");
  EXPECT_EQ(status(), "fail");
}

TEST_F(Union, Zones) {
  std::string text = "x\n";
  for (int i = 0; i < 100; ++i) {
    text += i < 3 ? "-1\n" : "1\n";
  }
  write("a.csv", text);
  const auto with = [&](const json& zones) {
    json options{{"column", "x"}, {"min", 0}};
    options.update(zones);
    run("a.csv", json::array({{{"between", options}}}));
    return status();
  };
  EXPECT_EQ(with({{"warn", "> 1%"}}), "warn");
  EXPECT_EQ(message(),
            "x: 3 of 100 rows are below 0 (3%), which is > 1% (rows 1, 2, 3: -1, -1, -1)");
  EXPECT_EQ(with({{"warn", "> 3"}}), "pass");
  EXPECT_EQ(with({{"warn", "> 1%"}, {"fail", "> 2%"}}), "fail");
  EXPECT_EQ(with({{"fail", "not between 1 and 3"}}), "pass");
  EXPECT_EQ(with({{"fail", ">= 3"}, {"severity", "warning"}}), "warn");
  EXPECT_EQ(with({{"mostly", 0.97}}), "pass");
  EXPECT_EQ(check().at("metric"), 0.03);
  run("a.csv", json::parse(R"([{"mean": {"column": "x", "warn": "< 1"}}])"));
  EXPECT_EQ(status(), "warn");
}

TEST_F(Union, SegmentsAreJudgedOneByOne) {
  write("a.csv", "g,x\nn,1\nn,2\ns,30\ns,40\ne,9\n,5\n");
  const auto result =
      run("a.csv", json::parse(R"([{"mean": {"column": "x", "max": 10, "group_by": "g"}},
    {"between": {"column": "x", "max": 10, "group_by": "g", "min_rows": 2}}, {"unique": {"column": "x",
    "group_by": "g"}}])"));
  EXPECT_EQ(status(0), "fail");
  EXPECT_EQ(message(0), "1 of 4 segments does not hold; where g=s: x: mean: 35 is above 10");
  ASSERT_EQ(check(0).at("segments").size(), 4U);
  EXPECT_EQ(check(1).at("segments").size(), 2U);
  EXPECT_EQ(check(1).at("segments").at(1).at("sample").at(0).at("row"), 3);
  EXPECT_EQ(status(2), "pass");
}

TEST_F(Union, ChangesAndAnomaliesLookBack) {
  const auto checks =
      json::parse(R"([{"row_count_change": {"min": -0.5, "max": 0.5, "name": "growth"}},
    {"mean": {"column": "x", "name": "level", "warn": "> 1000"}},
    {"anomaly": {"of": "level", "min_runs": 2, "k": 3}}])");
  std::optional<std::string> previous;
  const auto after = [&](const std::string& text) {
    write("a.csv", text);
    auto in = input({{"table", "a.csv"}, {"checks", checks}});
    in.previous = previous;
    auto result = kind().step(in, host_);
    EXPECT_TRUE(result) << result.error().message;
    details_ = json::parse(result->details);
    previous = json{{"outcome", "passed"}, {"details", details_}}.dump();
    return result->outcome;
  };
  EXPECT_EQ(after("x\n1\n2\n"), Outcome::passed);
  EXPECT_EQ(status(0), "skipped");
  EXPECT_EQ(after("x\n1\n3\n"), Outcome::passed);
  EXPECT_EQ(status(0), "pass");
  EXPECT_EQ(status(2), "skipped");
  EXPECT_EQ(after("x\n1\n3\n4\n"), Outcome::passed) << details_.dump(1);
  EXPECT_EQ(status(2), "pass") << message(2);
  EXPECT_EQ(after("x\n90\n90\n90\n90\n90\n90\n"), Outcome::failed);
  EXPECT_EQ(message(0),
            "growth: 6 rows, +100% on the 3 of the last good run, a change that is above 0.5");
  EXPECT_EQ(status(2), "fail") << message(2);
  EXPECT_EQ(details_.at("history").at("level").size(), 3U);
}

TEST_F(Union, PeriodsAndFiles) {
  write("a.csv", "t\n2024-01-01\n2024-01-01T10:00:00\n2024-01-03\n2024-01-04\n");
  one("a.csv", R"({"periods": {"column": "t", "every": "day"}})");
  EXPECT_EQ(status(), "fail");
  EXPECT_EQ(message(), "t: 1 of 4 days have fewer than 1 row (2024-01-02 00:00:00: 0)");
  one("a.csv", R"({"files": {"parts": {"equals": 1}, "bytes": {"max": 10}}})");
  EXPECT_EQ(status(), "fail");
  write("b.csv", "a,b\n1,2\n3\n");
  const auto result =
      run("b.csv",
          json::parse(R"([{"files": {"malformed": {"max": 1}}}, {"not_null": {"column": "a"}}])"));
  EXPECT_EQ(result.outcome, Outcome::passed) << details_.dump(1);
}

TEST_F(Union, SumsDoNotDependOnThreads) {
  std::string text = "x\n";
  std::uint64_t state = 1;
  for (int i = 0; i < 60'000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    text += fmt::format("{}\n", static_cast<double>(state >> 11) * 1e-7 - 4e8);
  }
  write("a.csv", text);
  const json checks =
      json::parse(R"([{"sum": {"column": "x", "min": 0}}, {"stddev": {"column": "x", "min": 0}},
    {"entropy": {"column": "x", "min": 0}}, {"quantile": {"column": "x", "q": 0.3, "min": 0}}])");
  std::string first;
  for (const std::uint32_t threads : {1U, 2U, 7U}) {
    auto in = input({{"table", "a.csv"}, {"checks", checks}});
    in.threads = threads;
    const auto result = kind().step(in, host_);
    ASSERT_TRUE(result);
    first = first.empty() ? result->details : first;
    EXPECT_EQ(result->details, first);
  }
}

TEST_F(Union, LeakageIsFoundAndIdentifiersAreNone) {
  std::string text = "id,good,noise,y\n";
  for (int i = 0; i < 200; ++i) {
    text += fmt::format("{},{},{},{}\n", i, i % 2 == 0 ? "p" : "q", i % 7, i % 2);
  }
  write("a.csv", text);
  one("a.csv", R"({"label_leakage": {"label": "y"}})");
  EXPECT_EQ(status(), "fail");
  EXPECT_EQ(check().at("problems"), json::parse(R"(["good tells it with a skill of 1.0000"])"));
  one("a.csv", R"({"label_leakage": {"label": "y", "features": ["id", "noise"]}})");
  EXPECT_EQ(status(), "pass") << check().dump(1);
}

}  // namespace
}  // namespace mlpipe::stages::data_check
