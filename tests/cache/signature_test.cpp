#include "runner/cache/signature.hpp"

#include <gtest/gtest.h>

#include "tests/cache/workspace.hpp"

namespace mlpipe {
namespace {

using cache::ChangeTime;
using cache::Medium;
using cache::Moment;
using cache::Signature;
using cache::Trust;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t now = 1000 * second;

Trust judged(std::int64_t mtime, std::int64_t ctime, const Moment& moment) {
  Signature signature;
  signature.mtime_ns = mtime;
  signature.ctime_ns = ctime;
  return judge(signature, moment);
}

// A clock that moves in ticks stamps a file. Whatever the instants of writing, hashing and
// rewriting are: where the second write leaves the signature as it was, the signature must not have
// been called proven.
TEST(Signature, SameStampForOtherContentIsNeverProven) {
  for (const std::int64_t tick : {std::int64_t{1}, std::int64_t{4}, std::int64_t{10}}) {
    const auto stamp = [&](std::int64_t time) { return time / tick * tick; };
    int proven = 0;
    for (std::int64_t written = 100; written < 120; ++written) {
      for (std::int64_t hashed = written; hashed < 160; ++hashed) {
        const Moment moment{stamp(hashed), tick, tick, ChangeTime::reliable};
        const bool trusted = judged(stamp(written), stamp(written), moment) == Trust::proven;
        proven += trusted ? 1 : 0;
        for (std::int64_t rewritten = hashed; rewritten < 170; ++rewritten) {
          ASSERT_FALSE(trusted && stamp(rewritten) == stamp(written))
              << written << " " << hashed << " " << rewritten;
        }
      }
    }
    EXPECT_GT(proven, 100);  // and it is not simply never
  }
}

TEST(Signature, OldIsProvenFreshIsNot) {
  const Moment moment = moment_on(Medium::local, now, second / 100);
  EXPECT_EQ(judged(now - second, now - second, moment), Trust::proven);
  EXPECT_EQ(judged(now - second, now, moment), Trust::unproven);
  EXPECT_EQ(judged(now, now - second, moment), Trust::unproven);
  EXPECT_EQ(judged(now - second / 100, now - second / 100, moment), Trust::unproven);
}

TEST(Signature, FutureTimes) {
  const Moment moment = moment_on(Medium::local, now, second / 100);
  EXPECT_EQ(judged(now + 9 * second, now - second, moment), Trust::unproven);    // the wider margin
  EXPECT_EQ(judged(now + 9 * second, now - 3 * second, moment), Trust::proven);  // by ctime alone
  EXPECT_EQ(judged(now - 9 * second, now + second, moment),
            Trust::unproven);  // the clock was set back
  EXPECT_EQ(judged(now + 9 * second, now - 99 * second, moment_on(Medium::network, now, 1)),
            Trust::unproven);
}

TEST(Signature, NetworksGetAWiderMargin) {
  EXPECT_EQ(judged(now - 30 * second, now - 30 * second, moment_on(Medium::network, now, 1)),
            Trust::unproven);
  EXPECT_EQ(judged(now - 90 * second, now - 90 * second, moment_on(Medium::network, now, 1)),
            Trust::proven);
  EXPECT_EQ(judged(now - second, now - second, moment_on(Medium::coarse, now, 1)), Trust::unproven);
  EXPECT_EQ(cache::medium_of(0x6969), Medium::network);
  EXPECT_EQ(cache::medium_of(static_cast<std::int32_t>(0xFF534D42)), Medium::network);
  EXPECT_EQ(cache::medium_of(0xEF53), Medium::local);
}

TEST(FileClock, RunsAndLeavesNothing) {
  const Workspace space;
  const cache::Fd fd(open(space.root().c_str(), O_RDONLY));
  struct stat status {};
  fstat(fd.get(), &status);
  {
    cache::FileClock clock(space.at("tmp"));
    clock.tick();
    const Moment before = clock.moment(status.st_dev, fd.get());
    space.write("x", "x");
    clock.tick();
    const Moment after = clock.moment(status.st_dev, fd.get());
    struct stat file {};
    stat(space.at("x").c_str(), &file);
    EXPECT_LE(before.now_ns, after.now_ns);
    // A file written between two readings is stamped between them, give or take the granularity.
    const auto written = cache::signature_of(file).mtime_ns;
    EXPECT_GE(written, before.now_ns - before.margin_ns);
    EXPECT_LE(written, after.now_ns + after.margin_ns);
  }
  EXPECT_EQ(space.count("tmp"), 0U);
}

}  // namespace
}  // namespace mlpipe
