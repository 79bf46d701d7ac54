#include "runner/spec/dvc/template.hpp"

#include <gtest/gtest.h>

#include "runner/base/python_text.hpp"
#include "runner/spec/dvc/params.hpp"
#include "runner/spec/dvc/yaml.hpp"

namespace mlpipe::spec::dvc {
namespace {

Context context_of(const char* yaml) {
  Context context;
  EXPECT_TRUE(context.merge(read_yaml(yaml).value(), "params.yaml"));
  return context;
}

std::string resolved(const Context& context, const std::string& text, Use use = Use::text,
                     FlagStyle style = {}) {
  const auto value = resolve_text(context, text, use, style);
  return value ? template_text(*value) : "! " + value.error().message;
}

TEST(DvcTemplate, ExpressionsReachIntoListsAndMaps) {
  const Context context =
      context_of("l: [{k: [10, 20]}]\nm: {a-b: 1, t: true, n: null, f: 1e-7}\n");
  EXPECT_EQ(resolved(context, "${l[0].k[1]} ${l.0.k.1} ${l[-1][k][0]} ${m.a-b}"), "20 20 10 1");
  EXPECT_EQ(resolved(context, "x${ m.t }${m.n}${m.f}"), "xtrueNone1e-07");
  EXPECT_EQ(resolved(context, R"(\${m.t} $x ${)"), "${m.t} $x ${");
  EXPECT_TRUE(resolve_text(context, "${m.t}", Use::text, {})->is(Value::Kind::boolean));
}

TEST(DvcTemplate, MistakesAreNamed) {
  const Context context = context_of("m: {a: 1}\n");
  EXPECT_NE(resolved(context, "${m.b}").find("`m.b`"), std::string::npos);
  EXPECT_NE(resolved(context, "${m.a.b}").find("`m.a.b`"), std::string::npos);
  EXPECT_NE(resolved(context, "${n}").find("did you mean `m`"), std::string::npos);
  EXPECT_EQ(resolved(context, "${}").substr(0, 2), "! ");
  EXPECT_EQ(resolved(context, "${a.}").substr(0, 2), "! ");
  EXPECT_EQ(resolved(context, "x ${m}").substr(0, 2), "! ");
}

TEST(DvcTemplate, AMapInACommandBecomesFlags) {
  const Context context =
      context_of("m: {a: 1, b: {c: 'x y'}, d: true, e: false, f: [1, 'p q'], g: null}\n");
  EXPECT_EQ(resolved(context, "run ${m}", Use::command),
            "run --a 1 --b.c 'x y' --d --f 1 'p q' --g None");
  FlagStyle style;
  style.boolean = FlagStyle::Bool::boolean_optional;
  style.list = FlagStyle::List::append;
  EXPECT_EQ(resolved(context, "run ${m}", Use::command, style),
            "run --a 1 --b.c 'x y' --d --no-e --f 1 --f 'p q' --g None");
}

TEST(DvcTemplate, LeavesAreDefinedOnce) {
  Context context = context_of("m: {a: 1}\n");
  EXPECT_TRUE(context.merge(read_yaml("m: {b: 2}").value(), "v.yaml"));
  const Status again = context.merge(read_yaml("m: {b: 3}").value(), "w.yaml");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message,
            "cannot redefine `m.b` from w.yaml as it already exists in v.yaml");
  EXPECT_FALSE(context.merge(read_yaml("m: 2").value(), "x.yaml"));
  EXPECT_FALSE(context.merge(read_yaml("d: 2020-01-02").value(), "x.yaml"));
}

TEST(DvcParams, PythonFilesGiveTheirLiterals) {
  const auto values = read_python(
      "import os\nA = [1, 2,  # c\n     3]\nB: int = 4\nC = os.getcwd()\nD = {'k': ('x', -1.5e3), "
      "\"t\": True}\n"
      "E = 'a' \"b\"\nif A:\n    F = 1\nclass M(object):\n    '''doc'''\n    K = 'v'\n    def "
      "other(self):\n        self.q = 1\n"
      "    def __init__(self):\n        self.z = 9\n        self.y = K\nG = None\nH = (1,)\nI == "
      "3\n");
  ASSERT_TRUE(values) << values.error().message;
  EXPECT_EQ(
      python_json(*values).value(),
      R"({"A": [1, 2, 3], "B": 4, "D": {"k": ["x", -1500.0], "t": true}, "E": "ab", "G": null, "H": [1], "M": {"K": "v", "z": 9}})");
  EXPECT_FALSE(read_python("A = 'x\n"));
  EXPECT_FALSE(read_python("A = [1,\n"));
}

TEST(DvcParams, DottedKeysGoThroughListsAndMaps) {
  const Value values = read_yaml("a.b: 1\na: {b: 2}\nl: [10, {k: 20}]\n").value();
  EXPECT_EQ(find_dotted(values, "a.b")->text, "2");
  EXPECT_EQ(find_dotted(values, "l.1.k")->text, "20");
  EXPECT_EQ(find_dotted(values, "l.2"), nullptr);
  EXPECT_EQ(find_dotted(values, "a.b.c"), nullptr);
}

}  // namespace
}  // namespace mlpipe::spec::dvc
