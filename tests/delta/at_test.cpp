#include "runner/delta/at.hpp"

#include <gtest/gtest.h>

namespace mlpipe::delta {
namespace {

std::int64_t time_of(const char* text) {
  const auto at = parse_at(text);
  const auto* time = at ? std::get_if<AtTime>(&*at) : nullptr;
  return time == nullptr ? -1 : time->ms;
}

TEST(At, Versions) {
  EXPECT_TRUE(std::holds_alternative<Latest>(*parse_at("latest")));
  EXPECT_EQ(std::get<AtVersion>(*parse_at("v0")).version, 0);
  EXPECT_EQ(std::get<AtVersion>(*parse_at("v12")).version, 12);
  for (const char* bad : {"v", "v-1", "v1x", "V1", "12", "", "v99999999999999999999", "newest"}) {
    EXPECT_FALSE(parse_at(bad)) << bad;
  }
}

TEST(At, Moments) {
  EXPECT_EQ(time_of("2024-01-01T00:00:00Z"), 1704067200000);
  EXPECT_EQ(time_of("2024-01-01"), 1704067200000);
  EXPECT_EQ(time_of("2024-01-01 00:00"), 1704067200000);
  EXPECT_EQ(time_of("2024-01-01T00:00:00.5Z"), 1704067200500);
  EXPECT_EQ(time_of("2024-01-01T00:00:00.1234567Z"), 1704067200123);
  EXPECT_EQ(time_of("2024-01-01T02:00:00+02:00"), 1704067200000);
  EXPECT_EQ(time_of("2023-12-31T19:00:00-0500"), 1704067200000);
  EXPECT_EQ(time_of("1969-12-31T23:59:59Z"), -1000);
  for (const char* bad :
       {"2024", "2024-13-01", "2024-02-30", "2024-01-01T", "2024-01-01T25:00",
        "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+", "2024-1-1", "2024-01-01T00:00:00Zx"}) {
    EXPECT_FALSE(parse_at(bad)) << bad;
  }
}

TEST(At, BehindATable) {
  EXPECT_EQ(split_at("data/events@v3").first, "data/events");
  EXPECT_EQ(std::get<AtVersion>(split_at("data/events@v3").second).version, 3);
  EXPECT_EQ(split_at("a@b@2024-01-01").first, "a@b");
  EXPECT_EQ(split_at("a@b").first, "a@b");
  EXPECT_EQ(split_at("@v3").first, "@v3");
}

}  // namespace
}  // namespace mlpipe::delta
