#include "runner/spec/interpolate.hpp"

#include <gtest/gtest.h>

#include "runner/spec/yaml_reader.hpp"
#include "tests/spec/load_fixture.hpp"

namespace mlpipe {
namespace {

spec::Node yaml(const std::string& text) {
  spec::Diagnostics diagnostics;
  spec::Node node = spec::read_yaml(0, text, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << text;
  return node;
}

struct Answer {
  std::string json;
  Lines complaints;
};

// `value` (YAML) with the names of `names` (YAML).
Answer resolve(const std::string& names, const std::string& value) {
  spec::Names layer;
  layer.add("", yaml(names));
  spec::Diagnostics diagnostics;
  spec::Report report(diagnostics);
  const spec::Node node = spec::interpolate(yaml(value), spec::Scope({&layer}), report);
  Answer answer{spec::canonical_json(node), {}};
  for (const spec::Diagnostic& item : diagnostics.items()) {
    answer.complaints.push_back(std::to_string(item.mark.column) + ": " + item.message +
                                (item.hint.empty() ? "" : " [" + item.hint + "]"));
  }
  return answer;
}

const char* const names =
    "{train: {depth: 3, rate: 1e-4, on: true, name: 'x y', none: null, list: [a, {b: 7}], empty: ''}, "
    "quoted: '017', word: '${train.depth}'}";

TEST(Interpolate, PutsValuesIn) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"${train.depth}", "3"},
      {"\"${train.depth}\"", "3"},
      {"'${ train.depth }'", "3"},
      {"a ${train.depth} b", "\"a 3 b\""},
      {"${train.depth}${train.depth}", "\"33\""},
      {"rate=${train.rate}", "\"rate=1e-4\""},
      {"${train.on}", "true"},
      {"is ${train.on}", "\"is true\""},
      {"${train.none}", "null"},
      {"${quoted}", "\"017\""},
      {"${train.list}", "[\"a\",{\"b\":7}]"},
      {"${train.list.0}", "\"a\""},
      {"${train.list.1.b}", "7"},
      {"[${train.depth}, {k: '${train.name}'}]", "[3,{\"k\":\"x y\"}]"},
      {"'<${train.empty}>'", "\"<>\""},
      {"$${train.depth}", "\"${train.depth}\""},
      {"'\\${train.depth}'", "\"${train.depth}\""},
      {"$$${train.depth}", "\"$${train.depth}\""},
      {"'$${a} ${train.depth} \\${b}'", "\"${a} 3 ${b}\""},
      {"$HOME/$1/$(date)/$", "\"$HOME/$1/$(date)/$\""},
      {"${word}", "\"${train.depth}\""},        // what was put in is not looked at again
      {"x${word}", "\"x${train.depth}\""},
      {"'größe ${train.depth} ✓'", "\"größe 3 ✓\""},
  };
  for (const auto& [value, expected] : cases) {
    const Answer answer = resolve(names, value);
    EXPECT_EQ(answer.json, expected) << value;
    EXPECT_EQ(answer.complaints, Lines{}) << value;
  }
}

TEST(Interpolate, SaysWhatIsWrongAndWhere) {
  const std::string shell = " [a shell variable is written `$NAME`; `$${` gives a literal `${`]";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"run ${train.dept}", "5: `${train.dept}` is not known [did you mean `train.depth`?]"},
      {"${HOME}/x", "1: `${HOME}` is not known" + shell},
      {"${train.depth:-4}", "1: `${train.depth:-4}` is not a name" + shell},
      {"${}", "1: `${}` is not a name" + shell},
      {"echo ${train.depth", "6: this `${` is not closed by a `}`" + shell},
      {"x ${train.list}", "3: `train.list` is a list and cannot stand inside a longer text [name one item: "
                          "`${train.list.0}`]"},
      {"x ${train}", "3: `train` is a map and cannot stand inside a longer text [name one of its keys]"},
      {"x ${train.none}", "3: `train.none` is null and has no text [give it a value, or an empty text \"\"]"},
      {"{'a${train.depth}': 1}", "2: the key `a${train.depth}` holds `${`, which works in values only [write the key out]"},
  };
  for (const auto& [value, expected] : cases) {
    EXPECT_EQ(resolve(names, value).complaints, Lines{expected}) << value;
  }
  EXPECT_EQ(resolve(names, "${nope1} ${nope2}").complaints.size(), 2U) << "both are worth saying";
}

TEST(Interpolate, NearerLayersWin) {
  spec::Names inner;
  inner.add("item", yaml("{x: 1}"));
  spec::Names outer;
  outer.add("", yaml("{item: {x: 2, y: 3}}"));
  const spec::Scope scope = spec::Scope({&outer}).within(inner);
  EXPECT_EQ(scope.find("item.x")->text, "1");
  EXPECT_EQ(scope.find("item.y")->text, "3");
  EXPECT_EQ(scope.find("item.z"), nullptr);
}

TEST(Interpolate, SurvivesAnyText) {
  for (const char* text : {"${", "$${", "\\${", "${{}}", "${a}}", "}${", "$", "\\", "${a.}", "${.a}", "${a..b}", "${${a}}"}) {
    spec::Node node;
    node.kind = spec::NodeKind::string;
    node.text = text;
    spec::Names layer;
    layer.add("a", yaml("1"));
    spec::Diagnostics diagnostics;
    spec::Report report(diagnostics);
    const spec::Node result = spec::interpolate(node, spec::Scope({&layer}), report);
    EXPECT_TRUE(diagnostics.has_errors() || result.text.find("${a") == std::string::npos) << text;
  }
}

}  // namespace
}  // namespace mlpipe
