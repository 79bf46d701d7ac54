#include "runner/lock/dvc_lock.hpp"

#include <gtest/gtest.h>

#include "runner/lock/yaml_text.hpp"

namespace mlpipe::lock {
namespace {

DvcStageEntry sample() {
  DvcStageEntry entry;
  entry.cmd = Value::of_text("cp in o");
  entry.deps.push_back({"in", "d41d8cd98f00b204e9800998ecf8427e", "md5", true, 0, {}, false});
  entry.outs.push_back({"o", "d41d8cd98f00b204e9800998ecf8427e", "md5", true, 0, {}, false});
  return entry;
}

TEST(DvcLock, IsWrittenAsDvcWritesIt) {
  DvcStageEntry entry = sample();
  entry.deps.push_back({"a", "7215ee9c7d9dc229d2921a40e899ec5f.dir", "md5", true, 1, 2, false});
  Value values = Value::map();
  values.set("z", Value::of_real(1e16));
  values.set("n", Value{});
  values.set("b", Value::of_text("007"));
  entry.params.emplace_back("p.toml", Value::map());
  entry.params.emplace_back("params.yaml", values);
  entry.outs[0].executable = true;
  DvcLock lock;
  EXPECT_TRUE(lock.set_stage("s@1", to_value(entry)));
  EXPECT_FALSE(lock.set_stage("s@1", to_value(entry)));
  EXPECT_EQ(
      lock.text(),
      "schema: '2.0'\nstages:\n  s@1:\n    cmd: cp in o\n    deps:\n    - path: a\n      hash: "
      "md5\n"
      "      md5: 7215ee9c7d9dc229d2921a40e899ec5f.dir\n      size: 1\n      nfiles: 2\n    - "
      "path: in\n"
      "      hash: md5\n      md5: d41d8cd98f00b204e9800998ecf8427e\n      size: 0\n    params:\n"
      "      params.yaml:\n        b: '007'\n        n:\n        z: 1e+16\n      p.toml: {}\n    "
      "outs:\n"
      "    - path: o\n      hash: md5\n      md5: d41d8cd98f00b204e9800998ecf8427e\n      size: 0\n"
      "      isexec: true\n");
}

TEST(DvcLock, NamesOfTheRunCacheAreDvcs) {  // recorded from DVC 3.67.1
  DvcStageEntry entry = sample();
  Value cmd = Value::list();
  cmd.items = {Value::of_text("cp in o"), Value::of_text("true")};
  entry.cmd = cmd;
  const auto names = run_names(to_value(entry));
  ASSERT_TRUE(names);
  EXPECT_EQ(names->key, "ef51b24cabb09155661971d1b9145a03c75bcdc2db3bbba649aad437fb5db614");
  EXPECT_EQ(names->value, "b4fd5e883cc44a8baad99d6f2e129ed3695059a332c2ac5500648c4efc66a8c1");
}

TEST(DvcLock, StrangersAreRefused) {
  Value document = Value::map();
  document.set("schema", Value::of_text("2.0"));
  document.set("extra", Value{});
  EXPECT_FALSE(DvcLock::read(document));
  EXPECT_FALSE(DvcLock::read(Value::list()));
  Value old = Value::map();
  old.set("s", Value::map());
  EXPECT_FALSE(DvcLock::read(old));
}

TEST(YamlText, ScalarsReadBackAsWhatTheyAre) {
  const auto text = [](const char* written) {
    Value map = Value::map();
    map.set("k", Value::of_text(written));
    return to_yaml(map);
  };
  EXPECT_EQ(text("yes"), "k: yes\n");
  EXPECT_EQ(text("true"), "k: 'true'\n");
  EXPECT_EQ(text("1_0"), "k: '1_0'\n");
  EXPECT_EQ(text("2020-01-02"), "k: '2020-01-02'\n");
  EXPECT_EQ(text(""), "k: ''\n");
  EXPECT_EQ(text("a: b"), "k: 'a: b'\n");
  EXPECT_EQ(text("it's #1"), "k: 'it''s #1'\n");
  EXPECT_EQ(text("- x"), "k: '- x'\n");
  EXPECT_EQ(text("a\tb\n"), "k: \"a\\tb\\n\"\n");
  EXPECT_EQ(text("ü 名"), "k: ü 名\n");
  EXPECT_EQ(text("*x"), "k: '*x'\n");
}

}  // namespace
}  // namespace mlpipe::lock
