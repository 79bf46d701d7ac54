#include "runner/spec/params_file.hpp"

#include <gtest/gtest.h>

#include "tests/spec/load_fixture.hpp"

namespace mlpipe {
namespace {

std::string json_of(const std::string& path, const std::string& text) {
  spec::Diagnostics diagnostics;
  const spec::Node node = spec::read_params(path, 0, text, diagnostics);
  for (const spec::Diagnostic& item : diagnostics.items()) {
    ADD_FAILURE() << path << ": " << item.message;
  }
  return spec::canonical_json(node);
}

std::size_t errors_of(const std::string& path, const std::string& text) {
  spec::Diagnostics diagnostics;
  const spec::Node node = spec::read_params(path, 0, text, diagnostics);
  EXPECT_EQ(node.kind, spec::NodeKind::map) << text;
  return diagnostics.items().size();
}

TEST(ParamsFile, ThreeFormatsOneValue) {
  const std::string expected = R"({"list":[1,"a"],"ok":true,"train":{"depth":3,"name":"größe","rate":0.0001}})";
  EXPECT_EQ(json_of("p.yaml", "ok: true\ntrain: {depth: 3, rate: 1e-4, name: größe}\nlist: [1, a]\n"), expected);
  EXPECT_EQ(json_of("p.json", "{\"ok\":true,\t\"train\":{\"depth\":3,\"rate\":1e-4,\"name\":\"größe\"},\"list\":[1,\"a\"]}"),
            expected);
  EXPECT_EQ(json_of("p.toml", "ok = true\nlist = [1, \"a\"]\n[train]\ndepth = 3\nrate = 1e-4\nname = \"größe\"\n"), expected);
  EXPECT_EQ(json_of("p.toml", "day = 2026-03-01\nat = 07:30:00\n"), R"({"at":"07:30:00","day":"2026-03-01"})");
  EXPECT_EQ(json_of("p.json", R"({"big":18446744073709551615,"s":"17"})"), R"({"big":18446744073709551615,"s":"17"})");
  for (const char* path : {"p.yaml", "p.json", "p.toml"}) {
    EXPECT_EQ(json_of(path, ""), "{}") << path;
  }
}

TEST(ParamsFile, RefusesWhatIsNoMapOfParameters) {
  EXPECT_EQ(errors_of("p.yaml", "[1, 2]"), 1U);
  EXPECT_EQ(errors_of("p.json", "[1, 2]"), 1U);
  EXPECT_EQ(errors_of("p.json", "{\"a\": 1, \"a\": 2}"), 1U);
  EXPECT_EQ(errors_of("p.json", "{\"a\": "), 1U);
  EXPECT_EQ(errors_of("p.json", "{\"a\": 1e999}"), 1U);
  EXPECT_EQ(errors_of("p.toml", "a = \nb = 1"), 1U);
  EXPECT_EQ(errors_of("p.toml", "a = 1\na = 2"), 1U);
  EXPECT_EQ(errors_of("p.ini", "a = 1"), 1U);
}

TEST(ParamsFile, HostileNestingIsAnError) {
  const std::size_t deep = 200'000;
  EXPECT_GE(errors_of("p.json", "{\"a\":" + std::string(deep, '[')), 1U);
  std::string key = "a";
  for (std::size_t i = 0; i < deep; ++i) {
    key += ".a";
  }
  EXPECT_GE(errors_of("p.toml", key + " = 1"), 1U);
  EXPECT_GE(errors_of("p.toml", "a = " + std::string(deep, '[')), 1U);
  EXPECT_GE(errors_of("p.yaml", "a: " + std::string(deep, '[')), 1U);
}

TEST(ParamsFile, JsonErrorsHaveAPlace) {
  spec::Diagnostics diagnostics;
  (void)spec::read_params("p.json", 0, "{\"a\": 1,\n  \"b\" 2}", diagnostics);
  ASSERT_EQ(diagnostics.items().size(), 1U);
  EXPECT_EQ(diagnostics.items()[0].mark.line, 2U);
}

std::vector<std::string> tracked(const spec::Stage& stage) {
  std::vector<std::string> lines;
  for (const spec::Param& param : stage.params) {
    lines.push_back(param.file + ":" + param.key + "=" + param.value);
  }
  return lines;
}

TEST(ParamsFile, StagesTrackLeaves) {
  Repository repository;
  repository.write("params.yaml", "train: {depth: 3, layers: [1, 2], opt: {}}\nseen: 1\n")
      .write("conf/x.toml", "[a]\nb = 1.50\n\"c.d\" = true\n")
      .write("mlpipe.yaml",
             "mlpipe: 1\nparams: params.yaml\nstages:\n"
             "  a: {cmd: c, params: [train.depth, train]}\n"
             "  b: {cmd: c, params: [{conf/x.toml: [a]}, {params.yaml: [seen]}]}\n"
             "  c: {cmd: c, params: [{./conf/x.toml: []}]}\n"
             "  d: {cmd: 'c ${train.depth}'}\n");
  const spec::Project project = repository.project();
  EXPECT_EQ(tracked(project.stages[0]), (Lines{"params.yaml:train.depth=3", "params.yaml:train.layers=[1,2]",
                                               "params.yaml:train.opt={}"}));
  EXPECT_EQ(tracked(project.stages[1]), (Lines{"conf/x.toml:a.b=1.5", "conf/x.toml:a.c.d=true", "params.yaml:seen=1"}));
  EXPECT_EQ(tracked(project.stages[2]), (Lines{"conf/x.toml:a.b=1.5", "conf/x.toml:a.c.d=true"}));
  EXPECT_EQ(tracked(project.stages[3]), Lines{});
}

TEST(ParamsFile, MissingKeysAndFiles) {
  EXPECT_EQ(complaints_about("params: params.yaml\nstages:\n  a: {cmd: c, params: [train.dept]}\n", "train: {depth: 1}\n"),
            (Lines{"4: `train.dept` is no key of params.yaml [did you mean `train.depth`?]"}));
  EXPECT_EQ(complaints_about("stages:\n  a: {cmd: c, params: [x]}\n"),
            (Lines{"3: `x` names a parameter, but the pipeline has no parameter file [write `params: params.yaml` at the top "
                   "of the pipeline, or {file: [keys]} here]"}));
  // One message for the file; what follows from it is not worth more.
  const Lines lines = complaints_about("params: gone.yaml\nstages:\n  a: {cmd: 'c ${x}', params: [y], timeout: '${t}'}\n");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find("`gone.yaml` cannot be read"), std::string::npos) << lines[0];
}

}  // namespace
}  // namespace mlpipe
