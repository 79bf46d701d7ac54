#include <gtest/gtest.h>

#include "tests/cache/journal_fixture.hpp"

namespace mlpipe::cache {
namespace {

TEST_F(JournalTest, KeepsOnlyWhatIsWanted) {
  auto journal = open_journal();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(journal.append(action(i, "stage" + std::to_string(i % 3))));
  }
  auto reader = open_journal();
  const auto left_out = journal.keep_only([](const Action& one) { return one.stage == "stage1"; });
  ASSERT_TRUE(left_out) << left_out.error().message;
  EXPECT_EQ(*left_out, 7U);
  EXPECT_EQ(journal.all().size(), 3U);
  EXPECT_TRUE(journal.last_of("stage1"));
  EXPECT_FALSE(journal.last_of("stage0"));
  // Another process that had the old file goes on with the new one.
  ASSERT_TRUE(reader.refresh());
  EXPECT_EQ(reader.all().size(), 3U);
  ASSERT_TRUE(reader.append(action(99, "stage0")));
  ASSERT_TRUE(journal.refresh());
  EXPECT_TRUE(journal.last_of("stage0"));
  EXPECT_EQ(open_journal().all().size(), 4U);
  EXPECT_TRUE(open_journal().warnings().empty());
}

TEST_F(JournalTest, NothingToLeaveOutLeavesTheFileAlone) {
  auto journal = open_journal();
  ASSERT_TRUE(journal.append(action(1)));
  const auto before = bytes();
  const auto left_out = journal.keep_only([](const Action&) { return true; });
  ASSERT_TRUE(left_out);
  EXPECT_EQ(*left_out, 0U);
  EXPECT_EQ(bytes(), before);
}

}  // namespace
}  // namespace mlpipe::cache
