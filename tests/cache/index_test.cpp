#include "runner/cache/index.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>

#include "runner/cache/known_files.hpp"
#include "tests/cache/workspace.hpp"

namespace mlpipe {
namespace {

using cache::Index;
using cache::View;
using port::Content;
using port::EntryType;

class IndexTest : public testing::Test {
 protected:
  Content look(Index& index, const std::string& path, View view = View::dependency) {
    const auto content = index.look(path, view);
    EXPECT_TRUE(content) << (content ? "" : content.error().message);
    return content ? *content : Content{};
  }
  [[nodiscard]] Index open() { return Index(space_.state(), space_.root(), store_); }
  [[nodiscard]] std::vector<std::string> names(const Content& tree) const {
    std::vector<std::string> names;
    const auto entries = port::decode_tree(*store_.read(tree.digest));
    for (const auto& entry : *entries) {
      names.push_back(entry.name);
    }
    return names;
  }
  [[nodiscard]] Content child(const Content& tree, const std::string& name) const {
    const auto entries = port::decode_tree(*store_.read(tree.digest));
    for (const auto& entry : *entries) {
      if (entry.name == name) {
        return entry.content;
      }
    }
    return {};
  }

  Workspace space_;
  cache::ObjectStore store_ = space_.store();
};

using Names = std::vector<std::string>;

TEST_F(IndexTest, FilesLinksAndNothing) {
  auto index = open();
  space_.write("data/x", "hello");
  space_.write("data/empty", "");
  std::filesystem::create_symlink("x", space_.at("data/link"));
  const Content file = look(index, "data/x");
  EXPECT_EQ(file, (Content{EntryType::file, sha256("hello"), 5}));
  EXPECT_EQ(file.size, 5U);
  EXPECT_EQ(look(index, "data/empty"), (Content{EntryType::file, sha256(""), 0}));
  EXPECT_EQ(look(index, "data/link"), (Content{EntryType::link, sha256("x"), 1}));
  EXPECT_EQ(look(index, "none").type, EntryType::missing);
  EXPECT_EQ(look(index, "data/x/below-a-file").type, EntryType::missing);
  EXPECT_EQ(look(index, space_.at("data/x")), file);  // absolute paths name the same thing
}

TEST_F(IndexTest, TreeIsTheSortedFolder) {
  auto index = open();
  space_.write("d/b", "1");
  space_.write("d/a-b", "2");
  space_.write("d/a/x\ny", "3");
  space_.write("d/\xC3\xBC\xFF", "4");
  std::filesystem::create_directories(space_.at("d/empty"));
  chmod(space_.at("d/b").c_str(), 0744);
  const Content tree = look(index, "d");
  EXPECT_EQ(names(tree), (Names{"a", "a-b", "b", "empty", "\xC3\xBC\xFF"}));
  EXPECT_EQ(tree.size, 4U);
  EXPECT_EQ(child(tree, "b").type, EntryType::executable);
  EXPECT_EQ(child(tree, "empty").digest, sha256(port::encode_tree({})));
  EXPECT_EQ(child(tree, "a").digest,
            sha256(port::encode_tree({{"x\ny", {EntryType::file, sha256("3"), 1}}})));
}

TEST_F(IndexTest, RememberedUntilForgotten) {
  auto index = open();
  space_.write("d/sub/x", "1");
  space_.write("d-other", "1");
  const Content tree = look(index, "d");
  const Content file = look(index, "d/sub/x");
  const Content glob = look(index, "d/**/x");
  space_.write("d/sub/x", "2");
  EXPECT_EQ(look(index, "d"), tree);
  index.forget("d/sub");
  EXPECT_NE(look(index, "d"), tree);
  EXPECT_NE(look(index, "d/sub/x"), file);
  EXPECT_NE(look(index, "d/**/x"), glob);
  const Content other = look(index, "d-other");
  space_.write("d/sub/x", "3");
  index.forget("d");
  EXPECT_EQ(look(index, "d/sub/x").digest, sha256("3"));
  EXPECT_EQ(look(index, "d-other"), other);
}

TEST_F(IndexTest, DependencyViewIgnoresWhatDoesNotCount) {
  space_.write("src/a.py", "a");
  const Content plain = space_.look("src", View::dependency);
  space_.write("src/__pycache__/a.pyc", "1");
  space_.write("src/.git", "gitdir: elsewhere");
  space_.write("src/.a.py.swp", "1");
  space_.write(".gitignore", "a.py\n");
  EXPECT_EQ(space_.look("src", View::dependency), plain);
  EXPECT_NE(space_.look("src", View::output), plain);
  space_.write("src/notes.txt", "n");
  EXPECT_NE(space_.look("src", View::dependency), plain);
  space_.write(".mlpipeignore", "notes*\n");
  EXPECT_EQ(space_.look("src", View::dependency), plain);
  // What is named itself counts.
  EXPECT_EQ(space_.look("src/notes.txt", View::dependency).digest, sha256("n"));
}

TEST_F(IndexTest, GlobIsATreeOfMatchesFromTheRoot) {
  auto index = open();
  space_.write("data/a.csv", "a");
  space_.write("data/b.txt", "b");
  space_.write("data/deep/er/c.csv", "c");
  space_.write("data/whole.csv/inside.txt", "w");
  space_.write("data/__pycache__/x.csv", "x");
  const Content direct = look(index, "data/*.csv");
  EXPECT_EQ(names(direct), Names{"data"});
  EXPECT_EQ(names(child(direct, "data")), (Names{"a.csv", "whole.csv"}));
  EXPECT_EQ(names(child(child(direct, "data"), "whole.csv")), Names{"inside.txt"});
  const Content deep = look(index, "data/**/*.csv");
  EXPECT_EQ(names(child(deep, "data")), (Names{"a.csv", "deep", "whole.csv"}));
  EXPECT_EQ(look(index, "data/*.parquet").type, EntryType::missing);
  EXPECT_EQ(look(index, "nowhere/*/x").type, EntryType::missing);
  EXPECT_EQ(child(look(index, "data/**"), "data"), look(index, "data"));
  EXPECT_EQ(*index.expand("data/**/*.csv"),
            (Names{"data/a.csv", "data/deep/er/c.csv", "data/whole.csv"}));
  EXPECT_EQ(*index.expand("data/*/er"), Names{"data/deep/er"});
  EXPECT_EQ(*index.expand("none*"), Names{});
  EXPECT_EQ(*index.expand("data"), Names{"data"});
  // Our own folder is in no pattern, whatever the view.
  EXPECT_EQ(
      *index.expand("**/*.csv", View::output),
      (Names{"data/__pycache__/x.csv", "data/a.csv", "data/deep/er/c.csv", "data/whole.csv"}));
  EXPECT_TRUE(space_.exists(".mlpipe"));
  EXPECT_EQ(names(look(index, "**", View::output)), Names{"data"});
}

TEST_F(IndexTest, NameWithBracketsIsItselfWhereThePatternMatchesNothing) {
  auto index = open();
  space_.write("img[1].png", "1");
  EXPECT_EQ(look(index, "img[1].png").digest, sha256("1"));
  EXPECT_EQ(*index.expand("img[1].png"), Names{"img[1].png"});
}

TEST_F(IndexTest, WhatHasNoContentIsNamed) {
  auto index = open();
  space_.write("d/x", "x");
  ASSERT_EQ(mkfifo(space_.at("d/pipe").c_str(), 0600), 0);
  for (const char* path : {"d", "d/pipe", "d/p*"}) {
    const auto content = index.look(path, View::output);
    ASSERT_FALSE(content) << path;
    EXPECT_EQ(content.error().code, Code::invalid);
    EXPECT_NE(content.error().message.find("d/pipe"), std::string::npos);
  }
  EXPECT_EQ(look(index, "d/x").digest, sha256("x"));
}

// More levels than there are descriptors, and a longer path than the kernel takes.
TEST_F(IndexTest, FoldersDeeperThanPathMax) {
  auto index = open();
  const std::string name(8, 'n');
  cache::Fd folder(::open(space_.root().c_str(), O_RDONLY | O_DIRECTORY));
  for (int depth = 0; depth < 1100; ++depth) {
    ASSERT_EQ(mkdirat(folder.get(), name.c_str(), 0777), 0);
    folder = cache::Fd(openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY));
  }
  cache::Fd file(openat(folder.get(), "x", O_WRONLY | O_CREAT, 0666));
  ASSERT_EQ(::write(file.get(), "deep", 4), 4);
  const Content tree = look(index, name);
  EXPECT_EQ(tree.size, 4U);
  ASSERT_TRUE(store_.put_path(name, tree));
  ASSERT_TRUE(store_.restore("copy", tree));
  EXPECT_EQ(look(index, "copy"), tree);
  ASSERT_TRUE(index.save());
}

TEST_F(IndexTest, ManyFilesManyFoldersAreEachRight) {
  auto index = open();
  for (int i = 0; i < 3000; ++i) {
    space_.write("m/" + std::to_string(i % 150) + "/" + std::to_string(i),
                 std::string(static_cast<std::size_t>(i), 'x'));
  }
  const Content tree = look(index, "m");
  for (int i = 0; i < 3000; i += 7) {
    const Content file = child(child(tree, std::to_string(i % 150)), std::to_string(i));
    ASSERT_EQ(file.digest, sha256(std::string(static_cast<std::size_t>(i), 'x')));
  }
  ASSERT_TRUE(index.save());
  auto again = open();
  EXPECT_EQ(look(again, "m"), tree);
}

// A change that keeps the size and, being made within a tick of the clock, may keep every time
// stamp as well.
TEST_F(IndexTest, RewriteWithinOneTickIsSeen) {
  for (int round = 0; round < 200; ++round) {
    const std::string path = "racy/" + std::to_string(round);
    space_.write(path, "aaaa");
    {
      auto index = open();
      ASSERT_EQ(look(index, path).digest, sha256("aaaa"));
      ASSERT_TRUE(index.save());
    }
    std::fstream(space_.at(path), std::ios::in | std::ios::out) << "bbbb";
    auto index = open();
    ASSERT_EQ(look(index, path).digest, sha256("bbbb"));
    ASSERT_EQ(child(look(index, "racy"), std::to_string(round)).digest, sha256("bbbb"));
  }
}

TEST_F(IndexTest, SetBackTimesDoNotHideAChange) {
  space_.write("x", "aaaa");
  const timespec old[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, space_.at("x").c_str(), old, 0), 0);
  {
    auto index = open();
    look(index, "x");
    ASSERT_TRUE(index.save());
  }
  std::fstream(space_.at("x"), std::ios::in | std::ios::out) << "bbbb";
  ASSERT_EQ(utimensat(AT_FDCWD, space_.at("x").c_str(), old, 0), 0);
  auto index = open();
  EXPECT_EQ(look(index, "x").digest, sha256("bbbb"));
}

class IndexFileTest : public IndexTest {
 protected:
  // Waits until a file just written is old enough to be proven: two ticks of the slowest kernel
  // clock.
  void settle() {
    cache::FileClock clock(space_.state() + "/tmp");
    struct stat status {};
    space_.write("newest", "");
    ASSERT_EQ(stat(space_.at("newest").c_str(), &status), 0);
    const cache::Fd fd(::open(space_.root().c_str(), O_RDONLY));
    do {
      usleep(1000);
      clock.tick();
    } while (judge(cache::signature_of(status), clock.moment(status.st_dev, fd.get())) ==
             cache::Trust::unproven);
  }
  // Learns `path` and saves.
  void learn(const std::string& path) {
    auto index = open();
    look(index, path);
    const auto saved = index.save();
    ASSERT_TRUE(saved) << saved.error().message;
  }
  [[nodiscard]] std::optional<cache::Known> known(const std::string& folder,
                                                  const std::string& name) const {
    return cache::KnownFiles(space_.state(), space_.root()).find(folder, name);
  }
};

TEST_F(IndexFileTest, ProvenEntriesAreBelieved) {
  space_.write("d/x", "hello");
  settle();
  learn("d");
  const auto entry = known("d", "x");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->digest, sha256("hello"));
  EXPECT_EQ(entry->trust, cache::Trust::proven);
  // A planted digest comes back: so the file was not read again.
  cache::KnownFiles planted(space_.state(), space_.root());
  planted.learn("d", "x", {entry->signature, sha256("planted"), cache::Trust::proven});
  ASSERT_TRUE(planted.save());
  auto index = open();
  EXPECT_EQ(look(index, "d/x").digest, sha256("planted"));
  EXPECT_EQ(child(look(index, "d"), "x").digest, sha256("planted"));
}

TEST_F(IndexFileTest, UnprovenEntriesAreHashedOnceMoreThenBelieved) {
  space_.write("d/x", "hello");
  settle();
  learn("d");
  auto entry = known("d", "x");
  ASSERT_TRUE(entry);
  cache::KnownFiles planted(space_.state(), space_.root());
  planted.learn("d", "x", {entry->signature, sha256("planted"), cache::Trust::unproven});
  ASSERT_TRUE(planted.save());
  learn("d");
  entry = known("d", "x");
  EXPECT_EQ(entry->digest, sha256("hello"));
  EXPECT_EQ(entry->trust, cache::Trust::proven);
}

TEST_F(IndexFileTest, NothingLearntWritesNothing) {
  space_.write("d/x", "hello");
  settle();
  learn("d");
  struct stat before {};
  struct stat after {};
  ASSERT_EQ(stat(space_.at(".mlpipe/index").c_str(), &before), 0);
  learn("d");
  learn("d/x");
  ASSERT_EQ(stat(space_.at(".mlpipe/index").c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST_F(IndexFileTest, EntriesOfGoneFilesGo) {
  space_.write("d/x", "1");
  space_.write("d/y", "2");
  space_.write("e/z", "3");
  learn("d");
  learn("e");
  std::filesystem::remove(space_.at("d/x"));
  learn("d");
  EXPECT_FALSE(known("d", "x"));
  EXPECT_TRUE(known("d", "y"));
  std::filesystem::remove_all(space_.at("e"));
  std::filesystem::remove(space_.at("d/y"));
  learn("d/y");
  EXPECT_FALSE(known("d", "y"));
  EXPECT_FALSE(known("e", "z"));
}

TEST_F(IndexFileTest, EveryDamageReadsAsUnknownOrRight) {
  for (int i = 0; i < 20; ++i) {
    space_.write("d/" + std::to_string(i), std::to_string(i));
    space_.write("e/" + std::to_string(i), std::to_string(i));
  }
  learn("d");
  learn("e");
  const std::string good = space_.read(".mlpipe/index");
  const auto check = [&](const std::string& bytes) {
    space_.write(".mlpipe/index", bytes);
    const cache::KnownFiles files(space_.state(), space_.root());
    for (int i = 0; i < 20; ++i) {
      const auto entry = files.find("d", std::to_string(i));
      if (entry) {
        ASSERT_EQ(entry->digest, sha256(std::to_string(i)));
      }
    }
  };
  for (std::size_t at = 0; at < good.size(); at += 3) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    check(bad);
  }
  for (std::size_t size = 0; size < good.size(); size += 101) {
    check(good.substr(0, size));
  }
  check(good + "more");
  space_.write(".mlpipe/index", std::string(10'000, '\xFF'));
  learn("d");  // and it is replaced by a good one
  EXPECT_TRUE(known("d", "7"));
}

TEST_F(IndexFileTest, TwoWritersLeaveOneGoodFile) {
  space_.write("d/x", "1");
  space_.write("e/y", "2");
  auto one = open();
  auto other = open();
  look(one, "d");
  look(other, "e");
  ASSERT_TRUE(one.save());
  ASSERT_TRUE(other.save());
  EXPECT_TRUE(known("e", "y"));
  auto index = open();
  EXPECT_EQ(look(index, "d/x").digest, sha256("1"));
}

TEST_F(IndexFileTest, NowhereToWriteStillLooks) {
  space_.write("d/x", "1");
  space_.write(".mlpipe", "a file where the state folder should be");
  auto index = open();
  const auto content = index.look("d/x", View::dependency);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->digest, sha256("1"));
  EXPECT_FALSE(index.save());
  EXPECT_EQ(space_.read(".mlpipe"), "a file where the state folder should be");
}

}  // namespace
}  // namespace mlpipe
