#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "runner/adapter/modules.hpp"
#include "tests/adapter/children.hpp"

namespace mlpipe {
namespace {

void write(const std::string& path, const std::string& bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

// Real repositories, made by the git command.
class GitTest : public testing::Test {
 protected:
  void SetUp() override {
    // Neither the user's nor the machine's configuration.
    ::setenv("HOME", folder_.path().c_str(), 1);
    ::setenv("XDG_CONFIG_HOME", folder_.path().c_str(), 1);
    ::setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    git("init -q -b main repo", folder_.path());
    git("config user.name 'A B'");
    git("config user.email a@b.example");
  }
  std::string git(const std::string& arguments, const std::string& where) {
    const std::string out = folder_ / "out";
    const std::string line = "cd '" + where + "' && git " + arguments + " >'" + out + "' 2>&1";
    const int status = std::system(line.c_str());
    std::ifstream file(out);
    std::string text(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(status, 0) << arguments << "\n" << text;
    text.erase(text.find_last_not_of('\n') + 1);
    return text;
  }
  std::string git(const std::string& arguments) { return git(arguments, root()); }
  std::string root() { return folder_ / "repo"; }
  std::string commit(const std::string& file, const std::string& bytes) {
    write(root() + "/" + file, bytes);
    git("add -A");
    git("commit -q -m change");
    return git("rev-parse HEAD");
  }
  static std::unique_ptr<port::Vcs> open(const std::string& where) {
    auto opened = adapter::open_vcs(where);
    if (!opened) {
      ADD_FAILURE() << opened.error().message;
      std::abort();
    }
    return std::move(*opened);
  }
  std::unique_ptr<port::Vcs> open() { return open(root()); }

  TemporaryFolder folder_;
};

using Paths = std::vector<std::string>;

TEST_F(GitTest, AFolderOutsideAnyRepositoryIsNotFound) {
  const TemporaryFolder other;
  const auto opened = adapter::open_vcs(other.path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::not_found);
  EXPECT_NE(opened.error().message.find(other.path()), std::string::npos);
}

TEST_F(GitTest, ABareRepositoryIsRefused) {
  git("init -q --bare bare", folder_.path());
  const auto opened = adapter::open_vcs(folder_ / "bare");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::invalid);
}

TEST_F(GitTest, BeforeTheFirstCommit) {
  const auto head = open()->head();
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->commit, "");
  EXPECT_EQ(head->branch, "main");
  EXPECT_EQ(head->author, "A B <a@b.example>");
  EXPECT_FALSE(head->dirty);
  const auto resolved = open()->resolve("HEAD");
  ASSERT_FALSE(resolved);
}

TEST_F(GitTest, HeadOnABranchWithSlashAndTags) {
  const std::string id = commit("a.txt", "1");
  git("checkout -q -b feature/x");
  git("tag v2");
  git("tag -a -m annotated v1");
  git("tag old HEAD");
  write(root() + "/untracked", "x");
  const auto head = open()->head();
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->commit, id);
  EXPECT_EQ(head->branch, "feature/x");
  EXPECT_EQ(head->tags, (Paths{"old", "v1", "v2"}));
  EXPECT_FALSE(head->dirty) << "untracked files do not count";
  commit("a.txt", "2");
  EXPECT_TRUE(open()->head()->tags.empty());
}

TEST_F(GitTest, DirtyIsADifferenceOfTrackedFiles) {
  commit("a.txt", "1");
  write(root() + "/a.txt", "2");
  EXPECT_TRUE(open()->head()->dirty);
  git("add a.txt");
  EXPECT_TRUE(open()->head()->dirty) << "staged";
  git("reset -q --hard");
  EXPECT_FALSE(open()->head()->dirty);
  std::filesystem::remove(root() + "/a.txt");
  EXPECT_TRUE(open()->head()->dirty) << "deleted";
}

TEST_F(GitTest, ADetachedHeadHasNoBranch) {
  const std::string id = commit("a.txt", "1");
  git("checkout -q --detach");
  const auto head = open()->head();
  ASSERT_TRUE(head);
  EXPECT_EQ(head->branch, "");
  EXPECT_EQ(head->commit, id);
}

TEST_F(GitTest, WithoutIdentityThereIsNoAuthor) {
  git("config --unset user.name");
  git("config --unset user.email");
  EXPECT_EQ(open()->head()->author, "");
}

TEST_F(GitTest, RefsResolve) {
  const std::string first = commit("a.txt", "1");
  const std::string second = commit("a.txt", "2");
  git("tag -a -m t v1");
  const auto vcs = open();
  EXPECT_EQ(*vcs->resolve("HEAD"), second);
  EXPECT_EQ(*vcs->resolve("main"), second);
  EXPECT_EQ(*vcs->resolve("v1"), second);
  EXPECT_EQ(*vcs->resolve("HEAD~1"), first);
  EXPECT_EQ(*vcs->resolve(first.substr(0, 8)), first);
  for (const char* const name : {"nope", "", "no such ref", "HEAD~9", "main:a.txt", "deadbeef"}) {
    const auto resolved = vcs->resolve(name);
    ASSERT_FALSE(resolved) << name;
    EXPECT_TRUE(resolved.error().code == Code::not_found || resolved.error().code == Code::invalid)
        << resolved.error().message;
  }
  EXPECT_EQ(vcs->resolve("main:a.txt").error().code, Code::invalid);
}

TEST_F(GitTest, ABranchThatOnlyTheRemoteHasResolves) {
  const std::string id = commit("a.txt", "1");
  git("checkout -q -b feature");
  commit("a.txt", "2");
  git("clone -q -b feature file://" + root() + " clone", folder_.path());
  EXPECT_EQ(*open(folder_ / "clone")->resolve("main"), id);
}

TEST_F(GitTest, MergeBase) {
  const std::string base = commit("a.txt", "1");
  git("checkout -q -b feature");
  const std::string there = commit("b.txt", "2");
  git("checkout -q main");
  const std::string here = commit("a.txt", "3");
  const auto vcs = open();
  EXPECT_EQ(*vcs->merge_base(here, there), base);
  EXPECT_EQ(*vcs->merge_base("main", "feature"), base);
  EXPECT_EQ(*vcs->merge_base(base, here), base);
  git("checkout -q --orphan island");
  commit("c.txt", "4");
  const auto none = vcs->merge_base("main", "island");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::not_found);
}

TEST_F(GitTest, FileAtACommit) {
  const std::string bytes("\0\xff\r\nbinary", 10);
  ::symlink("sub/b.bin", (root() + "/link").c_str());
  ::symlink("/etc/passwd", (root() + "/out").c_str());
  ::symlink("loop", (root() + "/loop").c_str());
  commit("sub/b.bin", bytes);
  commit("a \n\xc3\xa4.txt", "odd");
  const std::string id = commit("empty", "");
  commit("sub/b.bin", "later");
  const auto vcs = open();
  EXPECT_EQ(*vcs->file_at(id, "sub/b.bin"), bytes);
  EXPECT_EQ(*vcs->file_at(id, "./sub//b.bin"), bytes);
  EXPECT_EQ(*vcs->file_at(id, "link"), bytes);
  EXPECT_EQ(*vcs->file_at(id, "a \n\xc3\xa4.txt"), "odd");
  EXPECT_EQ(*vcs->file_at(id, "empty"), "");
  for (const char* const missing : {"nope", "sub", "sub/b.bin/x", "out", "loop"}) {
    const auto file = vcs->file_at(id, missing);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_FALSE(file->has_value()) << missing;
  }
  EXPECT_EQ(vcs->file_at(id, "../x").error().code, Code::invalid);
  EXPECT_EQ(vcs->file_at("0123456789012345678901234567890123456789", "a").error().code,
            Code::not_found);
}

TEST_F(GitTest, ChangedSinceCountsAllKindsOfChange) {
  write(root() + "/.gitignore", "*.log\n");
  write(root() + "/kept.txt", "k");
  write(root() + "/old name", "the same content in both places");
  write(root() + "/gone", "g");
  const std::string id = commit("edited", "1");
  commit("committed later", "c");
  write(root() + "/edited", "2");
  std::filesystem::rename(root() + "/old name", root() + "/new name");
  std::filesystem::remove(root() + "/gone");
  write(root() + "/new/deep/\xc3\xa4\n", "u");
  write(root() + "/staged", "s");
  git("add staged");
  write(root() + "/ignored.log", "i");
  const auto changed = open()->changed_since(id);
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(*changed, (Paths{"committed later", "edited", "gone", "new name", "new/deep/\xc3\xa4\n",
                             "old name", "staged"}));
  EXPECT_EQ(*open()->changed_since("HEAD~1"), *changed);
}

TEST_F(GitTest, ATouchedFileHasNotChanged) {
  const std::string id = commit("a.txt", "1");
  std::filesystem::last_write_time(
      root() + "/a.txt", std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_TRUE(open()->changed_since(id)->empty());
  EXPECT_FALSE(open()->head()->dirty);
}

TEST_F(GitTest, AFileOfLfsIsComparedByItsPointer) {
  // sha256 of "data\n"
  const std::string pointer =
      "version https://git-lfs.github.com/spec/v1\noid "
      "sha256:6667b2d1aab6a00caa5aee5af8ad9f1465e567abf1c209d15727d57b3e8f6e5f\nsize 5\n";
  write(root() + "/.gitattributes", "*.bin filter=lfs\n");
  const std::string id = commit("a.bin", pointer);
  write(root() + "/a.bin", "data\n");
  EXPECT_TRUE(open()->changed_since(id)->empty());
  EXPECT_FALSE(open()->head()->dirty);
  write(root() + "/a.bin", "other\n");
  EXPECT_EQ(*open()->changed_since(id), Paths{"a.bin"});
  EXPECT_TRUE(open()->head()->dirty);
}

TEST_F(GitTest, ARootInASubfolderSeesItsOwnPaths) {
  write(root() + "/outside", "o");
  const std::string id = commit("ml/[x]/inside", "1");
  write(root() + "/outside", "changed");
  write(root() + "/ml/[x]/inside", "2");
  write(root() + "/ml/[x]/new", "n");
  write(root() + "/ml/x/other", "n");
  const auto vcs = open(root() + "/ml/[x]");
  EXPECT_EQ(*vcs->file_at(id, "inside"), "1");
  EXPECT_FALSE(vcs->file_at(id, "outside")->has_value());
  EXPECT_EQ(*vcs->changed_since(id), (Paths{"inside", "new"}));
  EXPECT_EQ(vcs->head()->commit, id);
}

TEST_F(GitTest, AWorktreeHasItsOwnHead) {
  const std::string id = commit("a.txt", "1");
  git("worktree add -q ../second -b other");
  commit("a.txt", "2");
  const auto vcs = open(folder_ / "second");
  const auto head = vcs->head();
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->branch, "other");
  EXPECT_EQ(head->commit, id);
  EXPECT_FALSE(head->dirty);
  EXPECT_EQ(*vcs->changed_since("main"), Paths{"a.txt"});
}

TEST_F(GitTest, AShallowCloneNamesTheWayOut) {
  const std::string first = commit("a.txt", "1");
  git("checkout -q -b feature");
  commit("b.txt", "2");
  git("checkout -q main");
  commit("a.txt", "3");
  git("clone -q --depth 1 --no-single-branch file://" + root() + " clone", folder_.path());
  const auto vcs = open(folder_ / "clone");
  EXPECT_FALSE(vcs->head()->dirty);
  const auto base = vcs->merge_base("main", "feature");
  ASSERT_FALSE(base);
  EXPECT_EQ(base.error().code, Code::unavailable);
  EXPECT_NE(base.error().message.find("git fetch --unshallow"), std::string::npos);
  EXPECT_NE(base.error().message.find("fetch-depth: 0"), std::string::npos);
  for (const std::string& name : {first, std::string("HEAD~1")}) {
    const auto resolved = vcs->resolve(name);
    ASSERT_FALSE(resolved);
    EXPECT_EQ(resolved.error().code, Code::unavailable) << resolved.error().message;
  }
  EXPECT_EQ(vcs->file_at(first, "a.txt").error().code, Code::unavailable);
  EXPECT_EQ(vcs->resolve("nope").error().code, Code::not_found);
}

TEST_F(GitTest, ARepositoryOfAnotherUserIsRead) {
  const std::string id = commit("a.txt", "1");
  if (::geteuid() != 0) {
    GTEST_SKIP() << "giving files away needs root";
  }
  ASSERT_EQ(::chown(root().c_str(), 12345, 12345), 0);
  ASSERT_EQ(::chown((root() + "/.git").c_str(), 12345, 12345), 0);
  const auto head = open()->head();
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->commit, id);
}

TEST_F(GitTest, ExtensionsOfNewerGitAreRead) {
  const std::string id = commit("a.txt", "1");
  git("config core.repositoryformatversion 1");
  git("config extensions.worktreeConfig true");
  git("config extensions.partialClone origin");
  EXPECT_EQ(open()->head()->commit, id);
}

TEST_F(GitTest, ADamagedRepositoryIsAnError) {
  const std::string id = commit("a.txt", "1");
  write(root() + "/.git/HEAD", "garbage\n");
  const auto opened = adapter::open_vcs(root());
  EXPECT_TRUE(!opened || !(*opened)->head());
  write(root() + "/.git/HEAD", "ref: refs/heads/main\n");
  std::filesystem::remove_all(root() + "/.git/objects/" + id.substr(0, 2));
  EXPECT_FALSE(open()->resolve("main"));
  EXPECT_FALSE(open()->changed_since(id));
}

}  // namespace
}  // namespace mlpipe
