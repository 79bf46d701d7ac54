// Great Expectations' own cases, as far as a check here stands for the expectation.
#include <cstdio>
#include <map>
#include <optional>

#include "tests/stages/data_check_fixture.hpp"

namespace mlpipe::stages::data_check {
namespace {

using nlohmann::json;

// Cases that are answered otherwise on purpose, each with its reason.
const std::map<std::string, const char*>& exceptions() {
  static const std::map<std::string, const char*> list{
      {"expect_table_row_count_to_be_between#0.1",
       "a row_count without bounds is a mistake of configuration here"},
      {"expect_column_to_exist#0.3", "`columns` asks for order, not for the index of one column"}};
  return list;
}

const char* cases_path() {
  const char* named = std::getenv("MLPIPE_CONFORMANCE");
  return named != nullptr ? named
                          : MLPIPE_SOURCE_DIR "/../shared/conformance/gx_expectations.jsonl";
}

std::string parameter(const json& value) {
  static const std::map<std::string, std::string> known{
      {"now()", "2026-03-01"},
      {"now() - timedelta(weeks=52*100)", "1926-06-24"},
      {"datetime(2003, 1, 1)", "2003-01-01"},
      {"datetime(1969, 1, 1)", "1969-01-01"}};
  return known.at(value.at("$PARAMETER").get<std::string>());
}

json bound(const json& value) {
  return value.is_object() ? json(parameter(value)) : value;
}

json bounds(const json& kwargs) {
  json options = json::object();
  for (const auto& [from, to] : {std::pair{"min_value", "min"}, {"max_value", "max"}}) {
    if (kwargs.contains(from) && !kwargs.at(from).is_null()) {
      options[to] = bound(kwargs.at(from));
    }
  }
  return options;
}

std::optional<json> columns_check(const std::string& name, const json& kwargs) {
  if (name == "expect_column_to_exist") {
    return json{{"columns", {{"required", {kwargs.at("column")}}}}};
  }
  if (name == "expect_table_columns_to_match_ordered_list") {
    return json{
        {"columns", {{"required", kwargs.at("column_list")}, {"exact", true}, {"ordered", true}}}};
  }
  if (name == "expect_table_columns_to_match_set") {
    const json& set = kwargs.at("column_set");
    return json{
        {"columns",
         {{"required", set.is_null() ? json::array() : set}, {"exact", kwargs.at("exact_match")}}}};
  }
  return std::nullopt;
}

// The check that stands for an expectation; nullopt where none does.
std::optional<json> mapped(const std::string& full_name, const json& kwargs) {
  const std::string name = full_name.substr(0, full_name.find("__"));
  json options = json::object();
  std::string rule;
  if (name.starts_with("expect_column_values_to_be_between")) {
    rule = "between";
    options = bounds(kwargs);
    const bool min = kwargs.value("strict_min", false);
    const bool max = kwargs.value("strict_max", false);
    options["strict"] = min && max ? json(true)
                        : min      ? json("min")
                        : max      ? json("max")
                                   : json(false);
  } else if (name == "expect_column_values_to_be_in_set") {
    rule = "accepted_values";
    options["values"] = kwargs.at("value_set");
  } else if (name == "expect_column_values_to_not_be_null") {
    rule = "not_null";
  } else if (name == "expect_column_values_to_be_unique") {
    rule = "unique";
  } else if (name == "expect_column_values_to_match_regex") {
    rule = "matches";
    options["regex"] = kwargs.at("regex");
  } else if (name == "expect_compound_columns_to_be_unique") {
    rule = "unique";
    options["columns"] = kwargs.at("column_list");
  } else if (name == "expect_table_row_count_to_be_between") {
    return json{{"row_count", bounds(kwargs)}};
  } else if (name == "expect_table_row_count_to_equal") {
    return json{{"row_count", {{"equals", kwargs.at("value")}}}};
  } else {
    return columns_check(name, kwargs);
  }
  if (kwargs.contains("column")) {
    options["column"] = kwargs.at("column");
  }
  if (kwargs.contains("mostly")) {
    options["mostly"] = kwargs.at("mostly");
  }
  return json{{rule, options}};
}

// JSON lines keep the types; only a table without rows has to be a CSV, to have columns at all.
std::pair<std::string, std::string> table_of(const json& data) {
  std::size_t rows = 0;
  json header = json::array();
  for (const auto& [name, values] : data.items()) {
    rows = std::max(rows, values.size());
    header.push_back(name);
  }
  std::string text;
  if (rows == 0) {
    for (const auto& name : header) {
      text += (text.empty() ? "" : ",") + name.get<std::string>();
    }
    return {"empty.csv", text + "\n"};
  }
  for (std::size_t i = 0; i < rows; ++i) {
    nlohmann::ordered_json row;
    for (const auto& [name, values] : data.items()) {
      row[name] = i < values.size() ? nlohmann::ordered_json(values.at(i))
                                    : nlohmann::ordered_json(nullptr);
    }
    text += row.dump() + "\n";
  }
  return {"table.jsonl", text};
}

class Gx : public TableTest {
 protected:
  // What differs from the expectation; empty: they agree.
  std::string difference(const nlohmann::ordered_json& one, const json& check_options) {
    const auto [name, text] = table_of(json(one.at("data")));
    write(name, text);
    const std::string kind = one.at("kind");
    const auto result =
        data_check::kind().step(input({{"table", name}, {"checks", {check_options}}}), host_);
    if (!result) {
      return kind == "error" && result.error().code == Code::invalid ? "" : result.error().message;
    }
    details_ = json::parse(result->details);
    if (status() != kind) {
      return "expected " + kind + ", got " + status() + ": " + message();
    }
    const auto& expect = one.at("expect");
    if (kind == "error" || !expect.contains("unexpected_list")) {
      return "";
    }
    if (check().at("violations") != expect.at("unexpected_list").size()) {
      return "another number of unexpected values: " + message();
    }
    if (expect.contains("unexpected_index_list") && !check_options.contains("row_count")) {
      return rows_differ(expect.at("unexpected_index_list"));
    }
    return "";
  }

  std::string rows_differ(const nlohmann::ordered_json& indices) const {
    for (std::size_t i = 0; i < std::min<std::size_t>(indices.size(), 10) && status() == "fail";
         ++i) {
      if (check().at("sample").at(i).at("row") !=
          indices.at(i).at("pk_index").get<std::int64_t>() + 1) {
        return "another row: " + message();
      }
    }
    return "";
  }
};

TEST_F(Gx, CasesAgree) {
  std::ifstream file(cases_path());
  if (!file) {
    GTEST_SKIP() << "no conformance data at " << cases_path()
                 << "; name the file in MLPIPE_CONFORMANCE";
  }
  std::size_t agreed = 0;
  std::size_t excepted = 0;
  for (std::string line; std::getline(file, line);) {
    const auto one = nlohmann::ordered_json::parse(line, nullptr, false);
    if (one.is_discarded()) {
      // Python's -Infinity is no JSON; it stands in tests of distributions, which have no check
      // here.
      ASSERT_NE(line.find("column_distributional_expectations"), std::string::npos)
          << line.substr(0, 100);
      continue;
    }
    const std::string id = one.at("id");
    const auto options = mapped(one.at("expectation"), json(one.at("kwargs")));
    if (!options) {
      continue;
    }
    const std::string why = difference(one, *options);
    if (exceptions().contains(id)) {
      EXPECT_FALSE(why.empty()) << id << " agrees by now: take it off the list";
      ++excepted;
    } else {
      EXPECT_EQ(why, "") << id << " " << *options << " on " << one.at("data");
      agreed += why.empty() ? 1U : 0U;
    }
  }
  std::printf("Great Expectations: %zu cases agree, %zu differ on purpose\n", agreed, excepted);
  EXPECT_EQ(excepted, exceptions().size());
  EXPECT_GE(agreed, 60U);
}

}  // namespace
}  // namespace mlpipe::stages::data_check
