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

namespace mlpipe::cache {
namespace {

namespace fs = std::filesystem;

class JournalTest : public testing::Test {
 protected:
  JournalTest() {
    std::string pattern = testing::TempDir() + "mlpipe-journal-XXXXXX";
    dir_ = ::mkdtemp(pattern.data());
  }
  ~JournalTest() override { fs::remove_all(dir_); }

  [[nodiscard]] std::string state() const { return dir_ + "/.mlpipe"; }
  [[nodiscard]] std::string path() const { return state() + "/journal"; }

  Journal open_journal() const {
    auto journal = Journal::open(state(), Durability::order);
    EXPECT_TRUE(journal) << journal.error().message;
    return std::move(*journal);
  }

  [[nodiscard]] std::string bytes() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void set_bytes(const std::string& content) const {
    fs::create_directories(state());
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << content;
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(state())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string dir_;
};

Action action(int number, std::string stage = "train") {
  Action made;
  made.fingerprint = sha256("fingerprint " + std::to_string(number));
  made.stage = std::move(stage);
  made.state = "passed";
  made.run_id = "run-" + std::to_string(number);
  made.time_ms = 1'700'000'000'000 + number;
  made.manifest = std::string("mlpipe-manifest\x01\0\xff", 18);
  made.outs.push_back({"build/mödel\n.bin", {port::EntryType::file, sha256("model"), 42}, true});
  made.outs.push_back({"build/dir", {port::EntryType::tree, sha256("tree"), 1ULL << 40U}, false});
  made.result = sha256("result");
  made.wall_ms = 1234;
  made.max_rss = 1ULL << 33U;
  made.resumed = true;
  made.origin = Origin::accepted;
  made.note = "because";
  return made;
}

void expect_equal(const Action& a, const Action& b) {
  EXPECT_EQ(encode(a), encode(b));
}

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

TEST_F(JournalTest, CutAtEveryByteKeepsWhatIsWhole) {
  {
    Journal journal = open_journal();
    ASSERT_TRUE(journal.append(action(1)));
    ASSERT_TRUE(journal.append(action(2)));
  }
  const std::string whole = bytes();
  const std::size_t record = record_header_size + encode(action(1)).size();
  ASSERT_EQ(whole.size(), journal_header_size + 2 * record);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    set_bytes(whole.substr(0, size));
    Journal journal = open_journal();
    const std::size_t kept = size < journal_header_size ? 0 : (size - journal_header_size) / record;
    ASSERT_EQ(journal.all().size(), kept) << size;
    ASSERT_TRUE(journal.append(action(3))) << size;
    const Journal reader = open_journal();
    ASSERT_EQ(reader.all().size(), kept + 1) << size;
    ASSERT_TRUE(reader.find(action(3).fingerprint)) << size;
    ASSERT_TRUE(reader.warnings().empty()) << size;
  }
  EXPECT_EQ(files(), std::vector<std::string>{"journal"});
}

TEST_F(JournalTest, ATornEndOfZerosIsNoDamage) {
  ASSERT_TRUE(open_journal().append(action(1)));
  set_bytes(bytes() + std::string(5000, '\0'));
  Journal journal = open_journal();
  Journal reader = open_journal();
  ASSERT_TRUE(journal.append(action(2)));
  ASSERT_TRUE(reader.refresh());
  EXPECT_EQ(reader.all().size(), 2U);
  EXPECT_TRUE(reader.warnings().empty());
  EXPECT_EQ(files(), std::vector<std::string>{"journal"});
}

TEST_F(JournalTest, OneFlippedBitCostsOneRecord) {
  {
    Journal journal = open_journal();
    for (int i = 0; i < 5; ++i) {
      ASSERT_TRUE(journal.append(action(i)));
    }
  }
  const std::string whole = bytes();
  const std::size_t record = record_header_size + encode(action(0)).size();
  for (std::size_t at = journal_header_size + record; at < journal_header_size + 2 * record; ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    set_bytes(damaged);
    const Journal journal = open_journal();
    ASSERT_EQ(journal.all().size(), 4U) << at;
    ASSERT_EQ(journal.find(action(1).fingerprint), std::nullopt) << at;
    ASSERT_TRUE(journal.find(action(4).fingerprint)) << at;
    ASSERT_EQ(journal.warnings().size(), 1U) << at;
  }
}

TEST_F(JournalTest, TheNextWriterKeepsTheDamagedFileAndGoesOnInACleanOne) {
  {
    Journal journal = open_journal();
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(journal.append(action(i)));
    }
  }
  std::string damaged = bytes();
  damaged[journal_header_size + record_header_size + 3] ^= 1;
  set_bytes(damaged);
  Journal journal = open_journal();
  Journal reader = open_journal();
  ASSERT_TRUE(journal.append(action(7)));
  EXPECT_EQ(journal.warnings().size(), 2U);
  EXPECT_NE(journal.warnings()[1].find("journal.damaged-1"), std::string::npos);
  std::ifstream copy(path() + ".damaged-1", std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(copy), {}), damaged);
  ASSERT_TRUE(reader.refresh());  // follows to the new file
  for (const Journal* each : {&journal, &reader}) {
    EXPECT_EQ(each->all().size(), 3U);
    EXPECT_TRUE(each->find(action(7).fingerprint));
    EXPECT_TRUE(each->find(action(2).fingerprint));
  }
  EXPECT_TRUE(open_journal().warnings().empty());
  EXPECT_EQ(files(), (std::vector<std::string>{"journal", "journal.damaged-1"}));
}

TEST_F(JournalTest, AForeignFileIsKeptAside) {
  set_bytes("This is not a journal, it is somebody's precious text of some length.\n");
  const std::string foreign = bytes();
  Journal journal = open_journal();
  EXPECT_FALSE(journal.warnings().empty());
  ASSERT_TRUE(journal.append(action(1)));
  std::ifstream copy(path() + ".damaged-1", std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(copy), {}), foreign);
  EXPECT_TRUE(open_journal().find(action(1).fingerprint));
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

TEST_F(JournalTest, ARecordInsideAPayloadIsNotARecord) {
  Journal journal = open_journal();
  ASSERT_TRUE(journal.append(action(1)));
  // Whoever names files in the repository does not know this journal's salt.
  std::string forged;
  put_record(forged, encode(action(666)), "saltsalt");
  Action carrier = action(2);
  carrier.outs[0].path = forged;
  ASSERT_TRUE(journal.append(carrier));
  std::string damaged = bytes();
  damaged[journal_header_size + 2 * record_header_size + encode(action(1)).size() + 1] ^= 1;
  set_bytes(damaged);
  const Journal reader = open_journal();
  EXPECT_EQ(reader.find(action(666).fingerprint), std::nullopt);
  EXPECT_EQ(reader.all().size(), 1U);
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

TEST_F(JournalTest, MarkersWithWrongLengthsDoNotHang) {
  ASSERT_TRUE(open_journal().append(action(1)));
  std::string damaged = bytes();
  for (int i = 0; i < 400'000; ++i) {
    damaged += std::string("\xabmlr\x00\x00\x08\x00", 8) + std::string("crc.", 4);
  }
  set_bytes(damaged);
  EXPECT_EQ(open_journal().all().size(), 1U);
}

TEST_F(JournalTest, RandomDamageNeverInventsAResult) {
  {
    Journal journal = open_journal();
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(journal.append(action(i, "stage " + std::to_string(i))));
    }
  }
  const std::string whole = bytes();
  std::mt19937 random(99);
  const auto below = [&](std::size_t limit) { return random() % limit; };
  for (int round = 0; round < 300; ++round) {
    std::string damaged = whole;
    for (std::size_t i = 0; i <= below(4); ++i) {
      const std::size_t at = below(damaged.size());
      const std::size_t size = std::min(below(300), damaged.size() - at);
      switch (below(3)) {
        case 0:
          damaged.erase(at, size);
          break;
        case 1:
          damaged.insert(at, std::string(size, static_cast<char>(random())));
          break;
        default:
          damaged.replace(at, size, std::string(size, '\0'));
      }
    }
    set_bytes(damaged);
    auto opened = Journal::open(state(), Durability::order);
    if (!opened) {
      ASSERT_EQ(opened.error().code, Code::refused);  // the version byte was hit
      continue;
    }
    for (const Action& found : opened->all()) {
      const int number = static_cast<int>(found.time_ms - 1'700'000'000'000);
      expect_equal(found, action(number, "stage " + std::to_string(number)));
    }
    ASSERT_TRUE(opened->append(action(77)));
    ASSERT_TRUE(open_journal().find(action(77).fingerprint));
  }
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
