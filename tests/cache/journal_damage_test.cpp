// What a journal gives back after kills, flipped bits and foreign bytes.
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "runner/cache/journal_scan.hpp"
#include "tests/cache/journal_fixture.hpp"

namespace mlpipe::cache {
namespace {

class JournalDamageTest : public JournalTest {};

TEST_F(JournalDamageTest, CutAtEveryByteKeepsWhatIsWhole) {
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

TEST_F(JournalDamageTest, ATornEndOfZerosIsNoDamage) {
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

TEST_F(JournalDamageTest, OneFlippedBitCostsOneRecord) {
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

TEST_F(JournalDamageTest, TheNextWriterKeepsTheDamagedFileAndGoesOnInACleanOne) {
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

TEST_F(JournalDamageTest, AForeignFileIsKeptAside) {
  set_bytes("This is not a journal, it is somebody's precious text of some length.\n");
  const std::string foreign = bytes();
  Journal journal = open_journal();
  EXPECT_FALSE(journal.warnings().empty());
  ASSERT_TRUE(journal.append(action(1)));
  std::ifstream copy(path() + ".damaged-1", std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(copy), {}), foreign);
  EXPECT_TRUE(open_journal().find(action(1).fingerprint));
}

TEST_F(JournalDamageTest, ARecordInsideAPayloadIsNotARecord) {
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

TEST_F(JournalDamageTest, MarkersWithWrongLengthsDoNotHang) {
  ASSERT_TRUE(open_journal().append(action(1)));
  std::string damaged = bytes();
  for (int i = 0; i < 400'000; ++i) {
    damaged += std::string("\xabmlr\x00\x00\x08\x00", 8) + std::string("crc.", 4);
  }
  set_bytes(damaged);
  EXPECT_EQ(open_journal().all().size(), 1U);
}

TEST_F(JournalDamageTest, RandomDamageNeverInventsAResult) {
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

}  // namespace
}  // namespace mlpipe::cache
