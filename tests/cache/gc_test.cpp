#include "runner/cache/gc.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <ctime>

#include "tests/cache/workspace.hpp"

namespace mlpipe {
namespace {

using cache::GcRequest;
using cache::Sweep;
using port::Content;
using port::EntryType;

class Gc : public testing::Test {
 protected:
  // Puts an object whose last use lies `hours` back.
  Content put(const std::string& bytes, int hours) {
    const auto digest = store_.put(bytes);
    EXPECT_TRUE(digest);
    used(*digest, hours);
    return {EntryType::file, *digest, bytes.size()};
  }
  void used(const Digest& digest, int hours) const {
    const std::string hex = digest.hex();
    const timespec times[2] = {{std::time(nullptr) - hours * 3600, 0}, {0, UTIME_OMIT}};
    ASSERT_EQ(
        utimensat(AT_FDCWD,
                  space_.at(".mlpipe/objects/" + hex.substr(0, 2) + "/" + hex.substr(2)).c_str(),
                  times, 0),
        0);
  }
  cache::GcReport collect(const GcRequest& request) {
    const auto report = cache::collect_garbage(space_.state(), request);
    EXPECT_TRUE(report) << (report ? "" : report.error().message);
    return report ? *report : cache::GcReport{};
  }
  [[nodiscard]] bool has(const Content& content) const { return store_.has(content.digest); }

  Workspace space_;
  cache::ObjectStore store_ = space_.store();
};

TEST_F(Gc, NothingThereIsNothingToDo) {
  EXPECT_EQ(collect({}).kept.objects, 0U);
  EXPECT_FALSE(space_.exists(".mlpipe"));
}

TEST_F(Gc, KeepsWhatRootsReachAndWhatIsYoung) {
  space_.write("out/sub/kept", "kept");
  const Content tree = space_.look("out");
  ASSERT_TRUE(store_.put_path("out", tree));
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(space_.at(".mlpipe/objects"))) {
    if (entry.is_regular_file()) {
      used(*Digest::from_hex(entry.path().parent_path().filename().string() +
                             entry.path().filename().string()),
           48);
    }
  }
  const Content old = put("old", 48);
  const Content young = put("young", 0);
  const Content future = put("from the future", -48);

  GcRequest request;
  request.roots = {tree, {EntryType::file, sha256("never stored"), 3}};
  request.sweep = Sweep::dry_run;
  const auto preview = collect(request);
  EXPECT_TRUE(has(old));
  request.sweep = Sweep::remove;
  const auto report = collect(request);
  EXPECT_EQ(preview.unreachable.objects, report.unreachable.objects);
  EXPECT_EQ(report.unreachable.objects, 1U);
  EXPECT_EQ(report.unreachable.bytes, 3U);
  EXPECT_EQ(report.young.objects, 2U);
  EXPECT_EQ(report.kept.objects, 5U);
  EXPECT_EQ(report.missing, 1U);
  EXPECT_FALSE(has(old));
  EXPECT_TRUE(has(young) && has(future) && store_.has_all(tree));
}

TEST_F(Gc, EvictsTheLeastRecentlyUsedButNeverPinned) {
  const Content pinned = put(std::string(100, 'p'), 100);
  const Content oldest = put(std::string(100, 'a'), 90);
  const Content middle = put(std::string(100, 'b'), 80);
  const Content newest = put(std::string(100, 'c'), 70);
  GcRequest request;
  request.roots = {oldest, middle, newest};
  request.pinned = {pinned};
  request.max_size = 250;
  const auto report = collect(request);
  EXPECT_EQ(report.evicted.objects, 2U);
  EXPECT_EQ(report.kept.bytes, 200U);
  EXPECT_TRUE(has(pinned) && has(newest));
  EXPECT_FALSE(has(oldest) || has(middle));
}

TEST_F(Gc, UseMakesAnObjectYoung) {
  space_.write("file", "bytes");
  const Content content = put("bytes", 48);
  ASSERT_TRUE(store_.put_path("file", content));
  EXPECT_EQ(collect({}).young.objects, 1U);
  used(content.digest, 48);
  ASSERT_TRUE(store_.restore("copy", content));
  EXPECT_EQ(collect({}).young.objects, 1U);
  used(content.digest, 48);
  EXPECT_EQ(collect({}).unreachable.objects, 1U);
}

TEST_F(Gc, LeavesFreshTemporaryFilesToTheirWriters) {
  space_.write(".mlpipe/tmp/object-of-another-run", "half");
  collect({});
  EXPECT_TRUE(space_.exists(".mlpipe/tmp/object-of-another-run"));
}

}  // namespace
}  // namespace mlpipe
