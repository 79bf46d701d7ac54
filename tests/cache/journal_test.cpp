#include "runner/cache/journal.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "runner/cache/action_codec.hpp"
#include "runner/cache/crc32c.hpp"
#include "runner/cache/journal_scan.hpp"
#include "runner/cache/locks.hpp"
#include "tests/cache/journal_fixture.hpp"

namespace mlpipe::cache {
namespace {

namespace fs = std::filesystem;

TEST(Crc32c, KnownAnswersAndBothWaysAgree) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);  // RFC 3720, B.4
  EXPECT_EQ(crc32c(""), 0U);
  std::mt19937 random(1);
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(crc32c(bytes), crc32c_by_table(bytes));
    EXPECT_EQ(crc32c(bytes.substr(bytes.size() / 3), crc32c(bytes.substr(0, bytes.size() / 3))),
              crc32c(bytes));
    bytes += static_cast<char>(random());
  }
}

TEST_F(JournalTest, MissingIsEmptyAndNothingIsMade) {
  const Journal journal = open_journal();
  EXPECT_EQ(journal.find(action(1).fingerprint), std::nullopt);
  EXPECT_EQ(journal.last_of("train"), std::nullopt);
  EXPECT_TRUE(journal.all().empty());
  EXPECT_FALSE(fs::exists(state()));
}

TEST_F(JournalTest, GivesBackEveryField) {
  Journal journal = open_journal();
  ASSERT_TRUE(journal.append(action(1)));
  ASSERT_TRUE(journal.append(Action{}));
  ASSERT_TRUE(journal.flush());
  ASSERT_TRUE(journal.find(action(1).fingerprint));
  expect_equal(*journal.find(action(1).fingerprint), action(1));
  const Journal again = open_journal();
  ASSERT_TRUE(again.find(action(1).fingerprint));
  expect_equal(*again.find(action(1).fingerprint), action(1));
  expect_equal(again.all().at(1), Action{});
  EXPECT_TRUE(again.warnings().empty());
}

TEST_F(JournalTest, TheNewestCounts) {
  Journal journal = open_journal();
  Action first = action(1, "a");
  Action second = action(1, "b");
  second.note = "newer";
  ASSERT_TRUE(journal.append(first));
  ASSERT_TRUE(journal.append(action(2, "a")));
  ASSERT_TRUE(journal.append(second));
  for (const bool reopened : {false, true}) {
    const Journal reader = reopened ? open_journal() : std::move(journal);
    EXPECT_EQ(reader.find(first.fingerprint)->note, "newer");
    EXPECT_EQ(reader.last_of("a")->run_id, "run-2");
    EXPECT_EQ(reader.last_of("b")->run_id, "run-1");
    EXPECT_EQ(reader.last_of(""), std::nullopt);
    EXPECT_EQ(reader.all().size(), 3U);
  }
}

TEST_F(JournalTest, OthersAppendsAppearAfterRefresh) {
  Journal mine = open_journal();
  Journal other = open_journal();
  ASSERT_TRUE(other.append(action(1)));
  EXPECT_EQ(mine.find(action(1).fingerprint), std::nullopt);
  ASSERT_TRUE(mine.refresh());
  EXPECT_TRUE(mine.find(action(1).fingerprint));
  ASSERT_TRUE(mine.append(action(2)));
  ASSERT_TRUE(other.append(action(3)));  // reads the true end first
  EXPECT_EQ(open_journal().all().size(), 3U);
  EXPECT_TRUE(other.find(action(2).fingerprint));
}

TEST_F(JournalTest, ANewerVersionIsLeftAlone) {
  const std::string newer = "mlpipe-journal\x02 whatever version two holds";
  set_bytes(newer);
  const auto opened = Journal::open(state(), Durability::order);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::refused);
  EXPECT_NE(opened.error().message.find("version 2"), std::string::npos);
  EXPECT_EQ(bytes(), newer);
  fs::remove(path());
  Journal journal = open_journal();
  ASSERT_TRUE(journal.append(action(1)));
  fs::remove(path());
  set_bytes(newer);
  EXPECT_FALSE(journal.append(action(2)));
  EXPECT_FALSE(journal.append(action(2)));
  EXPECT_EQ(bytes(), newer);
}

TEST_F(JournalTest, RemovedWhileOpen) {
  Journal journal = open_journal();
  ASSERT_TRUE(journal.append(action(1)));
  fs::remove_all(state());
  ASSERT_TRUE(journal.append(action(2)));
  EXPECT_EQ(journal.find(action(1).fingerprint), std::nullopt);
  EXPECT_EQ(open_journal().all().size(), 1U);
}

TEST_F(JournalTest, CutWhileOpenIsReadAnew) {
  Journal journal = open_journal();
  ASSERT_TRUE(journal.append(action(1)));
  ASSERT_TRUE(journal.append(action(2)));
  ASSERT_EQ(::truncate(path().c_str(), 40), 0);
  EXPECT_EQ(journal.find(action(2).fingerprint), std::nullopt);
  ASSERT_TRUE(journal.refresh());
  EXPECT_TRUE(journal.all().empty());
  ASSERT_TRUE(journal.append(action(3)));
  EXPECT_EQ(open_journal().all().size(), 1U);
}

TEST_F(JournalTest, WhatIsNoFileIsAnError) {
  fs::create_directories(path());
  EXPECT_FALSE(Journal::open(state(), Durability::order));
  fs::remove(path());
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_FALSE(Journal::open(state(), Durability::order));
  fs::remove_all(state());
  std::ofstream(state()) << "a file";
  EXPECT_FALSE(Journal::open(state(), Durability::order));
}

TEST_F(JournalTest, ManyWritersAndKillsLoseNothingThatWasAppended) {
  fs::create_directories(state());
  constexpr int writers = 4;
  std::vector<pid_t> children;
  for (int writer = 0; writer < writers; ++writer) {
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      Locks locks(state());
      auto journal = Journal::open(state(), Durability::order);
      const std::string done = dir_ + "/done-" + std::to_string(writer);
      for (int i = 0; journal; ++i) {
        auto held = locks.write();
        if (!held || !journal->append(action(writer * 1'000'000 + i))) {
          ::_exit(1);
        }
        std::ofstream(done, std::ios::app) << "x" << std::flush;
      }
      ::_exit(2);
    }
    children.push_back(pid);
  }
  // Killed when each has appended something, wherever it happens to be then.
  for (int writer = 0; writer < writers; ++writer) {
    const std::string done = dir_ + "/done-" + std::to_string(writer);
    std::error_code none;
    while (!fs::exists(done) || fs::file_size(done, none) < 50) {
      ::usleep(1000);
    }
  }
  for (const pid_t pid : children) {
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
  }
  Journal journal = open_journal();
  ASSERT_TRUE(journal.append(action(-1)));
  EXPECT_TRUE(open_journal().warnings().empty());
  for (int writer = 0; writer < writers; ++writer) {
    const auto count = fs::file_size(dir_ + "/done-" + std::to_string(writer));
    for (int i = 0; i < static_cast<int>(count); ++i) {
      ASSERT_TRUE(journal.find(action(writer * 1'000'000 + i).fingerprint)) << writer << " " << i;
    }
  }
}

TEST_F(JournalTest, AFullDiskIsAnErrorAndLosesNothing) {
  const std::string full = dir_ + "/full";
  fs::create_directories(full);
  if (::mount("tmpfs", full.c_str(), "tmpfs", 0, "size=64k") != 0) {
    GTEST_SKIP() << "this machine does not allow to mount a tmpfs";
  }
  {
    auto journal = Journal::open(full, Durability::power);
    ASSERT_TRUE(journal);
    int appended = 0;
    Status status;
    Action large = action(0);
    large.manifest = std::string(3000, 'm');
    while (status) {
      large.fingerprint = sha256(std::to_string(appended));
      status = journal->append(large);
      appended += status ? 1 : 0;
      ASSERT_LT(appended, 100);
    }
    EXPECT_EQ(status.error().code, Code::no_space) << status.error().message;
    EXPECT_GT(appended, 10);
    EXPECT_EQ(journal->all().size(), static_cast<std::size_t>(appended));
    auto again = Journal::open(full, Durability::order);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->all().size(), static_cast<std::size_t>(appended));
    EXPECT_TRUE(again->warnings().empty());
    const auto record = record_header_size + encode(large).size();
    EXPECT_LT(fs::file_size(full + "/journal") - journal_header_size,
              static_cast<std::size_t>(appended + 1) * record);
    large.manifest.clear();
    large.fingerprint = sha256("small");
    if (again->append(large)) {
      EXPECT_TRUE(again->find(large.fingerprint));
    }
  }
  EXPECT_EQ(::umount(full.c_str()), 0);
}

// The same by a limit on the size of files: part of the record is written, then no more.
TEST_F(JournalTest, AnAppendThatStopsHalfwayIsTakenBack) {
  ASSERT_TRUE(open_journal().append(action(1)));
  const std::string before = bytes();
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{before.size() + 100, before.size() + 100};
    auto journal = Journal::open(state(), Durability::order);
    const bool refused = ::setrlimit(RLIMIT_FSIZE, &limit) == 0 && journal &&
                         !journal->append(action(2)) && journal->find(action(1).fingerprint) &&
                         !journal->find(action(2).fingerprint);
    ::_exit(refused ? 0 : 1);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(bytes(), before);
}

TEST(ActionCodec, RefusesEveryPrefixAndEveryLongerPayload) {
  const std::string payload = encode(action(1));
  ASSERT_TRUE(decode(payload));
  for (std::size_t size = 0; size < payload.size(); ++size) {
    EXPECT_EQ(decode(std::string_view(payload).substr(0, size)), std::nullopt) << size;
  }
  EXPECT_EQ(decode(payload + "x"), std::nullopt);
}

}  // namespace
}  // namespace mlpipe::cache
