#include "runner/report/words.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace mlpipe {
namespace {

using namespace report;
using plan::Change;
using plan::ChangeKind;
using plan::ItemKind;

TEST(Reason, InWords) {
  const std::vector<std::pair<Change, std::string>> cases{
      {{ItemKind::record, "", ChangeKind::missing, "", ""}, "never run"},
      {{ItemKind::dep, "src/train.py", ChangeKind::modified, "aaa", "bbb"}, "src/train.py changed"},
      {{ItemKind::dep, "data", ChangeKind::added, "", "bbb"}, "data is new"},
      {{ItemKind::dep, "data", ChangeKind::removed, "aaa", ""}, "data is gone"},
      {{ItemKind::dep, "data", ChangeKind::missing, "aaa", ""}, "data missing"},
      {{ItemKind::param, "train.depth", ChangeKind::modified, "3", "4"}, "train.depth: 3 -> 4"},
      {{ItemKind::param, "train.depth", ChangeKind::added, "", "4"}, "train.depth is new: 4"},
      {{ItemKind::param, "train.depth", ChangeKind::removed, "3", ""}, "train.depth is gone"},
      {{ItemKind::out, "build/model", ChangeKind::missing, "", ""}, "output build/model missing"},
      {{ItemKind::out, "build/model", ChangeKind::modified, "", ""}, "output build/model changed"},
      {{ItemKind::command, "cmd", ChangeKind::modified, "a", "b"}, "command changed"},
      {{ItemKind::command, "shell", ChangeKind::modified, "sh", "bash"}, "shell: sh -> bash"},
      {{ItemKind::env, "TZ", ChangeKind::modified, "", ""}, "variable TZ changed"},
      {{ItemKind::environment, "scikit-learn", ChangeKind::modified, "1.4.2", "1.5.0"},
       "scikit-learn: 1.4.2 -> 1.5.0"},
      {{ItemKind::environment, "requirements.lock", ChangeKind::modified, "", ""},
       "requirements.lock changed"},
      {{ItemKind::platform, "", ChangeKind::modified, "linux-x86_64", "linux-aarch64"},
       "platform: linux-x86_64 -> linux-aarch64"},
      {{ItemKind::baseline, "", ChangeKind::modified, "", ""}, "baseline changed"},
      {{ItemKind::force, "--force", ChangeKind::modified, "", ""}, "forced (--force)"},
      {{ItemKind::age, "", ChangeKind::aged, "", "7 d"}, "result is older than 7 d"},
      {{ItemKind::upstream, "prepare", ChangeKind::modified, "", ""}, "waits for prepare"},
      {{ItemKind::kind, "", ChangeKind::modified, "1", "2"}, "stage kind: 1 -> 2"},
      {{ItemKind::config, "", ChangeKind::modified, "", ""}, "configuration changed"},
      {{ItemKind::dep, "a\x1b[2J\nb", ChangeKind::modified, "", ""}, "a b changed"}};
  for (const auto& [change, words] : cases) {
    EXPECT_EQ(reason_text(change), words);
  }
}

TEST(Reason, ManyAreShortened) {
  const Change one{ItemKind::dep, "a", ChangeKind::modified, "", ""};
  EXPECT_EQ(reasons_text({}), "");
  EXPECT_EQ(reasons_text(std::vector{one, one}), "a changed; a changed");
  EXPECT_EQ(reasons_text(std::vector(7, one)), "a changed; a changed; 5 more");
}

TEST(Numbers, AsPeopleReadThem) {
  EXPECT_EQ(number_text(0.8123456), "0.81235");
  EXPECT_EQ(number_text(1234567), "1,234,567");
  EXPECT_EQ(number_text(-1000), "-1,000");
  EXPECT_EQ(number_text(-12), "-12");
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(1.5e-9), "1.5e-09");
  EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(counted(1, "stage"), "1 stage");
  EXPECT_EQ(counted(0, "stage"), "0 stages");
  EXPECT_EQ(elapsed_text(std::chrono::milliseconds(12'900)), "12 s");
}

TEST(Metrics, OnlyThoseThatMoved) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(moved_text(std::vector<run::MetricValue>{{"accuracy", 0.83, 0.81},
                                                     {"same", 1, 1.0},
                                                     {"new", 2, std::nullopt},
                                                     {"none", nan, nan},
                                                     {"rows", 1000, 999.0}}),
            "accuracy 0.81 -> 0.83, rows 999 -> 1,000");
}

}  // namespace
}  // namespace mlpipe
