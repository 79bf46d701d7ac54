#include <gtest/gtest.h>

#include <algorithm>

#include "runner/spec/yaml_reader.hpp"
#include "stages/data_check/config.hpp"
#include "stages/data_check/data_check.hpp"

namespace mlpipe::stages::data_check {
namespace {

struct Read {
  Config config;
  spec::Diagnostics diagnostics;
  [[nodiscard]] std::string first() const {
    return diagnostics.empty() ? "" : diagnostics.items().front().message;
  }
};

Read read(const std::string& yaml) {
  Read result;
  const spec::Node node = spec::read_yaml(0, yaml, result.diagnostics);
  result.config = read_config(node, {0, 1, 1}, result.diagnostics);
  return result;
}

spec::Stage stage_of(const std::string& checks) {
  spec::Diagnostics diagnostics;
  spec::Stage stage;
  stage.config = spec::read_yaml(0, "table: a.csv\nchecks:\n" + checks, diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  return stage;
}

TEST(DataCheckConfig, ProblemsAreToldBeforeDataIsRead) {
  const std::pair<const char*, const char*> cases[] = {
      {"- nott_null: {column: a}", "unknown check `nott_null`"},
      {"- between: {column: a}", "between: `min` or `max` is needed"},
      {"- between: {column: a, min: ~, max: ~}", "between: `min` or `max` is needed"},
      {"- between: {column: a, min: 5, max: 4.5}", "between: `min` (5) is above `max` (4.5)"},
      {"- between: {column: a, min: '2026-02-01', max: '2026-01-01'}",
       "between: `min` (2026-02-01) is above `max` (2026-01-01)"},
      {"- between: {column: a, min: 1, max: '2026-01-01'}",
       "between: `min` and `max` must be of one type"},
      {"- between: {column: a, min: .nan}",
       "between: `min` must be a number, a date or a text, not `.nan`"},
      {"- between: {columm: a, min: 1}", "between: unknown key `columm`"},
      {"- between: {min: 1}", "between: `column` is missing"},
      {"- not_null: {column: a, columns: [b]}",
       "not_null: `column` and `columns` exclude each other"},
      {"- not_null: {columns: []}", "not_null: `columns` is empty"},
      {"- not_null: {columns: [a, a]}", "not_null: `columns` names the column a twice"},
      {"- not_null: {column: a, mostly: 1.1}", "not_null: `mostly` must lie between 0 and 1"},
      {"- not_null: {column: a, mostly: lots}", "not_null: `mostly` must be a number, not `lots`"},
      {"- matches: {column: a, regex: '(?=x)'}",
       "matches: `regex` cannot be used: look-ahead and look-behind are not supported (the engine "
       "is RE2)"},
      {"- freshness: {column: a, max_age: soon}",
       "freshness: `max_age` must be a duration, not `soon`"},
      {"- freshness: {column: a}", "freshness: `max_age` is missing"},
      {"- row_count: {}", "row_count: one of `min`, `max` and `equals` is needed"},
      {"- row_count: {min: quack}", "row_count: `min` must be a number, not `quack`"},
      {"- row_count: {min: 1.5}", "row_count: `min` must be a whole number, 0 or more"},
      {"- row_count: {min: 2, max: 1}", "row_count: `min` (2) is above `max` (1)"},
      {"- sql: {name: x}", "sql: `query` is missing"},
      {"- sql: {query: 'SELECT 1; DROP TABLE x'}", "sql: `query` must be one statement"},
      {"- sql: {query: \"SELECT 'x\"}", "sql: `query` has a quote or comment that is not closed"},
      {"- not_null: {column: a, where: '1) FROM x; --'}", ""},
      {"- accepted_values: {column: a, values: rain}", "accepted_values: `values` must be a list"},
      {"- columns: {types: {a: strin}}", "columns: unknown type `strin`"},
      {"- columns: {required: [a], forbidden: [a]}",
       "columns: the column a is both required and forbidden"},
      {"- not_null: {column: a, severity: high}",
       "not_null: `severity` must be error or warning, not `high`"},
      {"- not_null: {column: a, on_empty: maybe}",
       "`on_empty` must be pass, warn or fail, not `maybe`"},
      {"- not_null", "a check is a map of one name to its options"},
      {"- not_null: a", "not_null: its options must be a map"}};
  for (const auto& [yaml, message] : cases) {
    const Read got = read(std::string("table: a.csv\nchecks:\n  ") + yaml + "\n");
    EXPECT_EQ(got.first(), message) << yaml;
    if (*message != '\0') {
      ASSERT_FALSE(got.diagnostics.empty()) << yaml;
      EXPECT_EQ(got.diagnostics.items().front().mark.line, 3U) << yaml;
    }
  }
}

TEST(DataCheckConfig, EveryProblemAtOnce) {
  const Read got = read(
      "table: a.csv\nformat: xml\ncsv: {delimiter: ab, quot: x}\nchecks: [{between: {}}, {uniq: "
      "{}}]\n");
  EXPECT_EQ(got.diagnostics.items().size(), 6U);
  EXPECT_EQ(read("checks: [{row_count: {min: 1}}]\n").first(), "a data_check needs `table`");
  EXPECT_EQ(read("table: a.csv\nchecks: []\n").first(),
            "`checks` must be a list with at least one check");
}

TEST(DataCheckConfig, ColumnsBecomeChecksOfTheirOwnExceptKeys) {
  const Read got = read(
      "table: a.csv\nchecks:\n- not_null: {columns: [a, b]}\n- unique: {columns: [a, b]}\n"
      "- not_null: {column: a}\n- between: {columns: [a, b], min: 0, name: positive}\n");
  ASSERT_TRUE(got.diagnostics.empty()) << got.first();
  std::vector<std::string> names;
  for (const Check& check : got.config.checks) {
    names.push_back(check.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"not_null(a)", "not_null(b)", "unique(a, b)",
                                             "not_null(a) #2", "positive (a)", "positive (b)"}));
}

TEST(DataCheckConfig, AFileOfChecksIsAListOrAMap) {
  for (const char* yaml : {"- row_count: {min: 1}\n", "checks:\n- row_count: {min: 1}\n"}) {
    spec::Diagnostics diagnostics;
    const Config config = read_checks_file(spec::read_yaml(0, yaml, diagnostics), diagnostics);
    EXPECT_TRUE(diagnostics.empty()) << yaml;
    EXPECT_EQ(config.checks.size(), 1U);
  }
  spec::Diagnostics diagnostics;
  (void)read_checks_file(spec::read_yaml(0, "nothing", diagnostics), diagnostics);
  EXPECT_TRUE(diagnostics.has_errors());
}

TEST(DataCheckLower, ClockAndFreshness) {
  const auto lowered = [](const std::string& checks) { return *kind().lower(stage_of(checks)); };
  EXPECT_FALSE(lowered("- row_count: {min: 1}\n").always_run);
  EXPECT_EQ(lowered("- row_count: {min: 1}\n").verdict, plan::Verdict::stored);
  EXPECT_EQ(lowered("- freshness: {column: t, max_age: 1d}\n").verdict, plan::Verdict::fresh);
  EXPECT_TRUE(lowered("- sql: {query: 'SELECT * FROM data WHERE d > now()'}\n").always_run);
  EXPECT_TRUE(lowered("- not_null: {column: a, where: 'd < current_date'}\n").always_run);
  EXPECT_FALSE(lowered("- sql: {query: \"SELECT 'now()'\"}\n").always_run);
  auto aged = stage_of("- sql: {query: 'SELECT random()'}\n");
  aged.max_age = std::chrono::hours(1);
  EXPECT_FALSE(kind().lower(aged)->always_run);
}

TEST(DataCheckLower, ConfigDoesNotDependOnTheOrderOfKeys) {
  const auto one = kind().lower(stage_of("- between: {column: a, min: 1, max: 2}\n"));
  const auto two = kind().lower(stage_of("- between: {max: 2, min: 1, column: a}\n"));
  EXPECT_EQ(one->config, two->config);
  EXPECT_EQ(one->config,
            R"({"checks":[{"between":{"column":"a","max":2,"min":1}}],"table":"a.csv"})");
}

}  // namespace
}  // namespace mlpipe::stages::data_check
