#include "runner/base/text.hpp"

#include <gtest/gtest.h>

#include "runner/base/digest.hpp"

namespace mlpipe {
namespace {

using std::chrono::milliseconds;

TEST(Duration, ReadsWhatPeopleWrite) {
  EXPECT_EQ(parse_duration("90"), milliseconds(90'000));
  EXPECT_EQ(parse_duration("1.5h"), milliseconds(5'400'000));
  EXPECT_EQ(parse_duration("2m30s"), milliseconds(150'000));
  EXPECT_EQ(parse_duration("7d"), milliseconds(604'800'000));
  EXPECT_EQ(parse_duration("250 ms"), milliseconds(250));
}

TEST(Duration, RefusesWhatIsNone) {
  for (const char* text : {"", "-1s", "1x", "s", "1h 2", "1e9h", "nan", "99999999999999w"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Size, UnitsArePowersOf1024) {
  EXPECT_EQ(parse_size("4G"), 4ULL << 30U);
  EXPECT_EQ(parse_size("100 kB"), 102'400ULL);
  EXPECT_EQ(parse_size("1.5GiB"), 3ULL << 29U);
  EXPECT_EQ(parse_size("4X"), std::nullopt);
  EXPECT_EQ(parse_size("99999999P"), std::nullopt);
}

TEST(Nearest, FindsTyposOnly) {
  const std::vector<std::string> keys{"deps", "outs", "params", "metrics"};
  EXPECT_EQ(nearest("depps", keys), "deps");
  EXPECT_EQ(nearest("dpes", keys), "deps");
  EXPECT_EQ(nearest("metric", keys), "metrics");
  EXPECT_EQ(nearest("banana", keys), std::nullopt);
}

TEST(Glob, ComponentsAndStars) {
  EXPECT_TRUE(glob_match("data/*.csv", "data/a.csv"));
  EXPECT_FALSE(glob_match("data/*.csv", "data/x/a.csv"));
  EXPECT_TRUE(glob_match("data/**", "data/x/a.csv"));
  EXPECT_TRUE(glob_match("**/a.csv", "a.csv"));
  EXPECT_TRUE(glob_match("a/**/b", "a/b"));
  EXPECT_TRUE(glob_match("[a-c]?[!x]", "bzy"));
  EXPECT_FALSE(glob_match("[a-c]?[!x]", "bzx"));
  EXPECT_FALSE(glob_match("*a*a*a*a*b", std::string(5000, 'a')));
}

TEST(Path, Normal) {
  EXPECT_EQ(normal_path("a/./b/../c/"), "a/c");
  EXPECT_EQ(normal_path("."), ".");
  EXPECT_EQ(normal_path("../x"), std::nullopt);
  EXPECT_EQ(normal_path("/x"), std::nullopt);
}

TEST(Printable, NothingReachesTheTerminal) {
  EXPECT_EQ(printable("a\x1b[2J\xff\xc3\xa4"), "a\\x1b[2J\\xff\xc3\xa4");
}

TEST(Digest, KnownAnswers) {
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Digest::from_hex(sha256("abc").hex()), sha256("abc"));
  EXPECT_EQ(Digest::from_hex("zz"), std::nullopt);
}

}  // namespace
}  // namespace mlpipe
