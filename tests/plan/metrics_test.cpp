#include "runner/plan/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "runner/spec/yaml_reader.hpp"

namespace mlpipe {
namespace {

using plan::Metrics;

// "a=1 b.c=2 | loss:NaN name:a string", or the error.
std::string shown(const Result<Metrics>& metrics) {
  if (!metrics) {
    return "error: " + metrics.error().message;
  }
  std::string text = plan::metrics_json(std::span<const plan::Metric>(metrics->numbers));
  for (const plan::NoNumber& item : metrics->no_numbers) {
    text += " " + item.name + "=" + item.found;
  }
  return text;
}

std::string json(std::string_view text) {
  return shown(plan::read_metrics("m.json", text));
}
std::string yaml(std::string_view text) {
  return shown(plan::read_metrics("m.yaml", text));
}
std::string csv(std::string_view text) {
  return shown(plan::read_metrics("m.csv", text));
}

bool refused(const std::string& shown_text, std::string_view with) {
  return shown_text.starts_with("error: ") && shown_text.find(with) != std::string::npos;
}

TEST(JsonMetrics, MapsAreFlattened) {
  EXPECT_EQ(json(R"({"b": {"c": {"d": 2.5}, "e": -1}, "a": 1})"),
            R"({"a":1,"b.c.d":2.5,"b.e":-1})");
  EXPECT_EQ(json("{}"), "{}");
  EXPECT_EQ(json(R"({"größe": 1e-300, "": 3})"), "{\"\":3,\"größe\":1e-300}");
  EXPECT_EQ(json("\xEF\xBB\xBF{\"a\": 1}"), R"({"a":1})");
}

TEST(JsonMetrics, ListsAreNoMetricsWhateverTheyHold) {
  EXPECT_EQ(json(R"({"curve": [1, [2], {"x": 3, "y": {"z": NaN}}], "a": 1})"),
            R"({"a":1} curve=a list)");
}

TEST(JsonMetrics, WhatIsNoNumberIsNamed) {
  EXPECT_EQ(json(R"({"a": null, "b": "x", "c": true})"), "{} a=null b=a string c=a boolean");
}

TEST(JsonMetrics, PythonsBareNumbers) {
  EXPECT_EQ(json(R"({"a": NaN, "b": Infinity, "c": -Infinity, "d": [NaN], "e": 1})"),
            R"({"e":1} a=NaN b=infinity c=-infinity d=a list)");
  EXPECT_EQ(json(R"({"NaN": 1, "note": "is NaN, -Infinity \" NaN"})"),
            R"({"NaN":1} note=a string)");
  EXPECT_TRUE(refused(json(R"({"a": NaNs})"), "m.json"));
  EXPECT_TRUE(refused(json(R"({"a": xNaN})"), "m.json"));
}

TEST(JsonMetrics, BadTextIsRefusedWithAPlace) {
  EXPECT_TRUE(refused(json("{\"a\": 1,\n  oops}"), "line 2"));
  EXPECT_TRUE(refused(json(""), "is empty"));
  EXPECT_TRUE(refused(json(" \n"), "is empty"));
  EXPECT_TRUE(refused(json("{\"a\": 1"), "m.json"));
  EXPECT_TRUE(refused(json("{\"a\": 1} {}"), "m.json"));
  EXPECT_TRUE(refused(json("{\"a\": 1e999}"), "m.json"));
  EXPECT_TRUE(refused(json("{\"a\": \"\xff\"}"), "m.json"));
}

TEST(JsonMetrics, OnlyAMapHoldsMetrics) {
  for (const char* text : {"0.93", "null", "\"x\"", "[1, 2]", "[{\"a\": 1}]", "NaN"}) {
    EXPECT_TRUE(refused(json(text), "a map of names to numbers")) << json(text);
  }
}

TEST(JsonMetrics, NamesThatOccurTwiceAreRefused) {
  EXPECT_TRUE(refused(json(R"({"a": 1, "a": 2})"), "twice"));
  EXPECT_TRUE(refused(json(R"({"a.b": 1, "a": {"b": 2}})"), "twice"));
  EXPECT_TRUE(refused(json(R"({"a": 1, "a": null})"), "twice"));
  EXPECT_TRUE(refused(json(R"({"a": NaN, "a": 1})"), "twice"));
}

TEST(JsonMetrics, DepthAndNumberAreBounded) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) {
    deep += "{\"a\":";
  }
  EXPECT_TRUE(refused(json(deep), "deeper"));
  std::string many = "{";
  for (int i = 0; i <= 1'000'000; ++i) {
    many += "\"" + std::to_string(i) + "\":1,";
  }
  many.back() = '}';
  EXPECT_TRUE(refused(json(many), "more than"));
}

TEST(YamlMetrics, MapsAreFlattened) {
  EXPECT_EQ(yaml("test:\n  accuracy: 0.9\n  n: 0x10\nloss: -1e-3\n"),
            R"({"loss":-0.001,"test.accuracy":0.9,"test.n":16})");
  EXPECT_EQ(yaml("a: .nan\nb: -.inf\nc: '1'\nd: [1]\ne:\nf: yes\n"),
            "{} a=NaN b=-infinity c=a string d=a list e=null f=a string");
}

TEST(YamlMetrics, BadTextIsRefusedWithAPlace) {
  EXPECT_TRUE(refused(yaml("a: 1\nb: [\n"), "m.yaml:"));
  EXPECT_TRUE(refused(yaml("a: 1\na: 2\n"), "m.yaml:2:"));
  EXPECT_TRUE(refused(yaml("- 1\n"), "a map of names to numbers"));
  EXPECT_TRUE(refused(yaml("a: {b: 1}\na.b: 2\n"), "twice"));
}

TEST(CsvMetrics, TheLastRowOfALogCounts) {
  EXPECT_EQ(csv("epoch,loss,accuracy\n1,0.5,0.8\n2,0.25,0.9\n"),
            R"({"accuracy":0.9,"epoch":2,"loss":0.25})");
  EXPECT_EQ(csv("epoch,loss\r\n1,0.5\r\n\r\n2, +0.25 \r\n\r\n"), R"({"epoch":2,"loss":0.25})");
  EXPECT_EQ(csv(",loss,note\n0,nan,ok\n"), "{} loss=NaN note=a string");
  EXPECT_EQ(csv("loss,b\n-Infinity,\n"), "{} b=an empty cell loss=-infinity");
  EXPECT_EQ(csv("a\n1e-400\n"), "{\"a\":0}");
  EXPECT_EQ(csv("a\n1e400\n"), "{} a=infinity");
}

TEST(CsvMetrics, NameAndValuePairs) {
  EXPECT_EQ(csv("metric,value\naccuracy,0.9\n\"a, \"\"b\"\"\",2\n"),
            "{\"a, \\\"b\\\"\":2,\"accuracy\":0.9}");
  EXPECT_TRUE(refused(csv("name,value\na,1\na,2\n"), "twice"));
}

TEST(CsvMetrics, TabsSeparateInTsv) {
  EXPECT_EQ(shown(plan::read_metrics("m.tsv", "a\tb\n1\t2\n")), R"({"a":1,"b":2})");
}

TEST(CsvMetrics, BadTextIsRefusedWithALine) {
  EXPECT_TRUE(refused(csv("a,b\n1,2\n3\n"), "line 3: 1 cells, the header has 2"));
  EXPECT_TRUE(refused(csv("a,b\n"), "a header without a row"));
  EXPECT_TRUE(refused(csv("a\n\"1\n2\n"), "never closed"));
  EXPECT_TRUE(refused(csv("a\n\"1\"x\n"), "after a closing quote"));
  EXPECT_TRUE(refused(csv("a\n\xff\n"), "UTF-8"));
}

TEST(Metrics, OtherEndingsAreRefused) {
  for (const char* path : {"m.txt", "m", ".json/m", "m.json.gz"}) {
    EXPECT_TRUE(refused(shown(plan::read_metrics(path, "{\"a\": 1}")), ".json")) << path;
  }
  EXPECT_EQ(shown(plan::read_metrics("M.JSON", "{\"a\": 1}")), R"({"a":1})");
}

TEST(Spread, MeansOverFilesThatAllHoldTheName) {
  std::vector<Metrics> files;
  for (const char* text :
       {R"({"a": 0.8, "b": 1})", R"({"a": 0.9, "b": 2})", R"({"a": 1.0, "c": 3})"}) {
    files.push_back(*plan::read_metrics("m.json", text));
  }
  const auto spread = plan::spread_over(files);
  ASSERT_EQ(spread.size(), 1U);
  EXPECT_EQ(spread[0].name, "a");
  EXPECT_DOUBLE_EQ(spread[0].mean, 0.9);
  EXPECT_DOUBLE_EQ(spread[0].deviation, 0.1);
  EXPECT_EQ(spread[0].min, 0.8);
  EXPECT_EQ(spread[0].max, 1.0);
  EXPECT_TRUE(plan::spread_over({}).empty());
}

TEST(Spread, LargeNumbersDoNotOverflowTheMean) {
  std::vector<Metrics> files(3, *plan::read_metrics("m.json", R"({"a": 1.7e308})"));
  const auto spread = plan::spread_over(files);
  ASSERT_EQ(spread.size(), 1U);
  EXPECT_EQ(spread[0].mean, 1.7e308);
}

TEST(Number, OfAYamlScalar) {
  const auto number = [](std::string_view text) {
    spec::Diagnostics diagnostics;
    return plan::number_of(spec::read_yaml(0, text, diagnostics));
  };
  EXPECT_EQ(number("12"), 12);
  EXPECT_EQ(number("-0x1F"), std::nullopt);  // the core schema has no signed hexadecimal: a string
  EXPECT_EQ(number("0o17"), 15);
  EXPECT_EQ(number("-.inf"), -HUGE_VAL);
  EXPECT_EQ(number("1e400"), HUGE_VAL);
  EXPECT_EQ(number("+.5"), 0.5);
  EXPECT_EQ(number("'12'"), std::nullopt);
  EXPECT_EQ(number("[1]"), std::nullopt);
  EXPECT_EQ(number("true"), std::nullopt);
}

}  // namespace
}  // namespace mlpipe
