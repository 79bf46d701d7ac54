#include "runner/spec/codeowners.hpp"

#include <gtest/gtest.h>

#include "tests/spec/load_fixture.hpp"

namespace mlpipe {
namespace {

Lines owners(const std::string& text, const std::string& path) { return spec::CodeOwners::parse(text).of(path); }

TEST(CodeOwners, PatternsAreThoseOfGithub) {
  struct Case {
    const char* pattern;
    const char* path;
    bool owned;
  };
  const std::vector<Case> cases{
      {"*", "a/b/c.py", true},          {"*.js", "a/b.js", true},        {"*.js", "b.json", false},
      {"/build/logs/", "build/logs/x/y", true}, {"/build/logs/", "a/build/logs/x", false},
      {"docs/*", "docs/a.md", true},    {"docs/*", "docs/sub/a.md", false},
      {"apps/", "x/apps/y/z", true},    {"apps/", "apps", false},        {"/docs/", "docs/a/b", true},
      {"**/logs", "deep/logs/x", true}, {"/apps/github", "apps/github/x", true},
      {"src", "a/src/b.py", true},      {"src/a.py", "x/src/a.py", false}, {"src/a.py", "src/a.py", true},
      {"a[b].py", "a[b].py", true},     {"a[b].py", "ab.py", false},     {"with\\ blank", "with blank", true},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(owners(std::string(one.pattern) + " @x\n", one.path), one.owned ? Lines{"@x"} : Lines{})
        << one.pattern << " on " << one.path;
  }
}

TEST(CodeOwners, LastMatchWinsEvenWithoutOwners) {
  const std::string text = "# all\n* @all me@example.org # comment\n/src/ @src\r\n/src/free\n";
  EXPECT_EQ(owners(text, "a"), (Lines{"@all", "me@example.org"}));
  EXPECT_EQ(owners(text, "src/a"), Lines{"@src"});
  EXPECT_EQ(owners(text, "src/free"), Lines{});
  EXPECT_EQ(owners("", "a"), Lines{});
}

TEST(CodeOwners, SectionsAddUp) {
  const std::string text = "* @all\n[Docs][2] @writers\n*.md\n^[Data] @data\n/data/ @boss\n[docs]\nREADME.md @lead\n";
  EXPECT_EQ(owners(text, "a.md"), (Lines{"@all", "@writers"}));
  EXPECT_EQ(owners(text, "README.md"), (Lines{"@all", "@lead"}));
  EXPECT_EQ(owners(text, "data/x"), (Lines{"@all", "@boss"}));
}

TEST(CodeOwners, OwnAStageThatNamesNone) {
  Repository repository;
  repository.write(".github/CODEOWNERS", "* @all\n/pipelines/ @ml\n")
      .write("CODEOWNERS", "* @never\n")
      .write("pipelines/a.yaml", "mlpipe: 1\nstages:\n  a: {cmd: c}\n  b: {cmd: c, owners: ['@me']}\n")
      .write("mlpipe.yaml", "mlpipe: 1\nname: top\nowners: ['@top']\nstages:\n  a: {cmd: c}\n");
  const spec::Project project = repository.project();
  EXPECT_EQ(project.stages[0].owners, Lines{"@top"});
  EXPECT_EQ(project.stages[1].owners, Lines{"@ml"});
  EXPECT_EQ(project.stages[2].owners, Lines{"@me"});
}

}  // namespace
}  // namespace mlpipe
