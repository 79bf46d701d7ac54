#include "stages/table/delta/bitmap.hpp"

#include <gtest/gtest.h>

#include <random>

namespace mlpipe::stages::table::delta {
namespace {

using Rows = std::vector<std::uint64_t>;
constexpr std::uint64_t plenty = 1U << 30U;

template <class T>
std::string le(T value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xFFU);
  }
  return bytes;
}

enum class Runs { no, yes };

// A writer of the portable format, as plain as can be.
std::string bitmap32(const std::vector<std::pair<std::uint16_t, std::vector<std::uint16_t>>>& all,
                     Runs runs) {
  const auto count = static_cast<std::uint32_t>(all.size());
  std::string out = runs == Runs::yes ? le<std::uint32_t>(12347U | (count - 1) << 16U)
                                      : le<std::uint32_t>(12346) + le(count);
  if (runs == Runs::yes) {
    out += std::string((count + 7) / 8, '\xFF');
  }
  for (const auto& [key, values] : all) {
    out += le(key) + le(static_cast<std::uint16_t>(values.size() - 1));
  }
  if (runs == Runs::no || count >= 4) {
    out += std::string(4U * count, '\0');  // offsets, which a reader in order does not need
  }
  for (const auto& [key, values] : all) {
    if (runs == Runs::yes) {
      std::vector<std::pair<std::uint16_t, std::uint16_t>> list;
      for (const std::uint16_t value : values) {
        if (!list.empty() && list.back().first + list.back().second + 1 == value) {
          ++list.back().second;
        } else {
          list.emplace_back(value, 0);
        }
      }
      out += le(static_cast<std::uint16_t>(list.size()));
      for (const auto& [first, more] : list) {
        out += le(first) + le(more);
      }
    } else if (values.size() <= 4096) {
      for (const std::uint16_t value : values) {
        out += le(value);
      }
    } else {
      std::string bits(8192, '\0');
      for (const std::uint16_t value : values) {
        bits[value / 8] = static_cast<char>(bits[value / 8] | 1 << (value % 8));
      }
      out += bits;
    }
  }
  return out;
}

std::string head(std::uint64_t bitmaps) {
  return le<std::uint32_t>(1681511377) + le(bitmaps);
}

TEST(Bitmap, EveryKindOfContainer) {
  std::mt19937 random(7);
  for (const Runs runs : {Runs::no, Runs::yes}) {
    for (const int containers : {1, 3, 4, 9}) {
      std::vector<std::pair<std::uint16_t, std::vector<std::uint16_t>>> all;
      Rows expected;
      for (int c = 0; c < containers; ++c) {
        const unsigned one_in = c % 2 == 0 ? 3 : 500;  // dense ones become bit sets
        std::vector<std::uint16_t> values;
        for (std::uint32_t v = 0; v < 65536; ++v) {
          if (random() % one_in == 0) {
            values.push_back(static_cast<std::uint16_t>(v));
            expected.push_back(static_cast<std::uint64_t>(c) << 17U | v);
          }
        }
        all.emplace_back(static_cast<std::uint16_t>(2 * c), values);
      }
      const auto rows = decode_bitmap(head(1) + le<std::uint32_t>(0) + bitmap32(all, runs), plenty);
      ASSERT_TRUE(rows) << rows.error().message;
      EXPECT_EQ(*rows, expected);
    }
  }
}

TEST(Bitmap, BeyondFourBillionRows) {
  const std::string small = bitmap32({{0, {1, 5}}}, Runs::no);
  const auto rows =
      decode_bitmap(head(2) + le<std::uint32_t>(0) + small + le<std::uint32_t>(3) + small, plenty);
  ASSERT_TRUE(rows);
  EXPECT_EQ(*rows, (Rows{1, 5, (std::uint64_t{3} << 32U) + 1, (std::uint64_t{3} << 32U) + 5}));
  EXPECT_TRUE(decode_bitmap(head(0), plenty)->empty());
}

TEST(Bitmap, DamageIsTold) {
  const std::string good =
      head(1) + le<std::uint32_t>(0) + bitmap32({{0, {1, 5, 900}}, {7, {2}}}, Runs::no);
  ASSERT_TRUE(decode_bitmap(good, plenty));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(decode_bitmap(std::string_view(good).substr(0, size), plenty)) << size;
  }
  EXPECT_FALSE(decode_bitmap(good, 3));  // more rows than the log says
  EXPECT_FALSE(decode_bitmap("XXXX" + good.substr(4), plenty));
  EXPECT_FALSE(decode_bitmap(head(~std::uint64_t{0}), plenty));
  EXPECT_FALSE(decode_bitmap(head(1) + le<std::uint32_t>(0) + bitmap32({{0, {5, 1}}}, Runs::no),
                             plenty));  // falling
}

TEST(Bitmap, NoBytesCrashIt) {
  std::mt19937 random(11);
  const std::string good =
      head(1) + le<std::uint32_t>(0) + bitmap32({{0, {1, 5, 900}}, {7, {2, 3, 4}}}, Runs::yes);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = good;
    for (int k = 0; k < 3; ++k) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    (void)decode_bitmap(bytes, 1000);
  }
}

TEST(Bitmap, Checksum) {
  EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
}

}  // namespace
}  // namespace mlpipe::stages::table::delta
