#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runner/cache/locks.hpp"
#include "tests/cache/child.hpp"

namespace mlpipe::cache {
namespace {

namespace fs = std::filesystem;

class GpuTest : public testing::Test {
 protected:
  GpuTest() {
    std::string pattern = testing::TempDir() + "mlpipe-gpus-XXXXXX";
    dir_ = ::mkdtemp(pattern.data());
    ::setenv("MLPIPE_LOCK_DIR", (dir_ + "/gpus").c_str(), 1);
    ::setenv("MLPIPE_GPUS", "3", 1);
    ::unsetenv("CUDA_VISIBLE_DEVICES");
  }
  ~GpuTest() override {
    ::unsetenv("MLPIPE_LOCK_DIR");
    ::unsetenv("MLPIPE_GPUS");
    ::unsetenv("CUDA_VISIBLE_DEVICES");
    fs::remove_all(dir_);
  }

  std::string dir_;
};

std::optional<GpuSlots> take_gpus(std::uint32_t count) {
  auto slots = try_gpus(count);
  EXPECT_TRUE(slots) << slots.error().message;
  return slots ? std::move(*slots) : std::nullopt;
}

using Ids = std::vector<std::uint32_t>;

TEST_F(GpuTest, SlotsAreGivenOnceAndComeBack) {
  EXPECT_EQ(gpu_count(), 3U);
  auto two = take_gpus(2);
  ASSERT_TRUE(two);
  EXPECT_EQ(two->ids, (Ids{0, 1}));
  EXPECT_FALSE(take_gpus(2));
  EXPECT_EQ(take_gpus(1)->ids, Ids{2});  // and what the refused one took is free again
  two.reset();
  EXPECT_EQ(take_gpus(3)->ids, (Ids{0, 1, 2}));
  EXPECT_TRUE(take_gpus(0)->ids.empty());
}

TEST_F(GpuTest, AKilledHolderLetsGo) {
  Child child([] { return take_gpus(3); });
  ASSERT_TRUE(child.worked());
  EXPECT_FALSE(take_gpus(1));
  child.kill();
  EXPECT_TRUE(take_gpus(3));
}

TEST_F(GpuTest, OnlyVisibleDevices) {
  ::setenv("CUDA_VISIBLE_DEVICES", "2, 0,2,-1,1", 1);
  EXPECT_EQ(take_gpus(2)->ids, (Ids{2, 0}));
  const auto three = try_gpus(3);
  ASSERT_FALSE(three);
  EXPECT_EQ(three.error().code, Code::refused);
  ::setenv("CUDA_VISIBLE_DEVICES", "", 1);
  EXPECT_FALSE(try_gpus(1));
  ::setenv("CUDA_VISIBLE_DEVICES", "GPU-8f1b", 1);
  EXPECT_EQ(try_gpus(1).error().code, Code::usage);
}

TEST_F(GpuTest, MoreThanThereAreIsAnErrorNotAWait) {
  EXPECT_EQ(try_gpus(4).error().code, Code::refused);
  ::setenv("MLPIPE_GPUS", "many", 1);
  EXPECT_EQ(gpu_count(), 0U);
  EXPECT_FALSE(try_gpus(1));
}

TEST_F(GpuTest, AnotherUserSharesTheSlots) {
  const mode_t before = ::umask(077);
  auto mine = take_gpus(1);
  ::umask(before);
  ASSERT_TRUE(mine);
  struct stat found {};
  ASSERT_EQ(::stat((dir_ + "/gpus").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 01777U);
  ASSERT_EQ(::stat((dir_ + "/gpus/gpu-0").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0666U);
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can become another user";
  }
  fs::permissions(dir_, fs::perms::all);
  Child nobody([]() -> std::optional<GpuSlots> {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) {
      return std::nullopt;
    }
    auto slots = take_gpus(1);
    return slots && slots->ids == Ids{1} ? std::move(slots) : std::nullopt;
  });
  EXPECT_TRUE(nobody.worked());
  EXPECT_EQ(take_gpus(1)->ids, Ids{2});  // a file that the other user made
  mine.reset();
  EXPECT_EQ(take_gpus(2)->ids, (Ids{0, 2}));
}

TEST_F(GpuTest, ALinkInPlaceOfASlotIsNotFollowed) {
  fs::create_directories(dir_ + "/gpus");
  fs::create_symlink(dir_ + "/target", dir_ + "/gpus/gpu-0");
  EXPECT_FALSE(try_gpus(1));
  EXPECT_FALSE(fs::exists(dir_ + "/target"));
}

}  // namespace
}  // namespace mlpipe::cache
