#include "runner/cache/index_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/cache/known_files.hpp"
#include "runner/cache/signature.hpp"
#include "tests/cache/index_fixture.hpp"

namespace mlpipe {
namespace {

using cache::View;

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

// Much that was written just now is hashed once, not once more in the next run.
TEST_F(IndexFileTest, BigFreshFilesAreProvenAtOnce) {
  space_.write("one", std::string(40U << 20U, 'x'));
  learn("one");
  EXPECT_EQ(known("", "one")->trust, cache::Trust::proven);
  space_.write("d/two", std::string(40U << 20U, 'x'));
  learn("d");
  EXPECT_EQ(known("d", "two")->trust, cache::Trust::proven);
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
