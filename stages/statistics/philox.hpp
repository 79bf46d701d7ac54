// Random numbers by counting: Philox4x64-10 of Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3" (SC 2011). A number is a function of where it is used, so the order
// and the number of threads never change one. Knows nothing of what the numbers are for.
#pragma once

#include <array>
#include <cstdint>

namespace mlpipe::stages::statistics {

// Where in a computation numbers are drawn. Two places that differ share no number.
struct Place {
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;  // which computation
  std::uint64_t draw = 0;
  std::uint64_t block = 0;
};

// The ten rounds themselves.
[[nodiscard]] inline std::array<std::uint64_t, 4> philox(std::array<std::uint64_t, 4> counter,
                                                         std::array<std::uint64_t, 2> key) {
  __extension__ using Wide = unsigned __int128;
  constexpr std::uint64_t multiplier0 = 0xD2E7470EE14C6C93;
  constexpr std::uint64_t multiplier1 = 0xCA5A826395121157;
  constexpr std::uint64_t weyl0 = 0x9E3779B97F4A7C15;
  constexpr std::uint64_t weyl1 = 0xBB67AE8584CAA73B;
  constexpr int rounds = 10;
  for (int round = 0; round < rounds; ++round) {
    const Wide product0 = static_cast<Wide>(multiplier0) * counter[0];
    const Wide product1 = static_cast<Wide>(multiplier1) * counter[2];
    counter = {static_cast<std::uint64_t>(product1 >> 64U) ^ counter[1] ^ key[0],
               static_cast<std::uint64_t>(product1),
               static_cast<std::uint64_t>(product0 >> 64U) ^ counter[3] ^ key[1],
               static_cast<std::uint64_t>(product0)};
    key[0] += weyl0;
    key[1] += weyl1;
  }
  return counter;
}

// The numbers of one place, in order.
class Philox {
 public:
  explicit Philox(const Place& place)
      : key_{place.seed, 0}, counter_{0, place.block, place.draw, place.stream} {}

  std::uint64_t next() {
    if (used_ == block_.size()) {
      block_ = next_four();
      used_ = 0;
    }
    return block_[used_++];
  }
  // Four fresh numbers at once; what next() still had of its own four stays for it.
  std::array<std::uint64_t, 4> next_four() {
    const auto four = philox(counter_, key_);
    ++counter_[0];
    return four;
  }
  // In the open interval (0, 1), on a grid of 2^-53, shifted by half of it.
  double uniform() {
    constexpr double grid = 1.0 / 9007199254740992.0;
    return (static_cast<double>(next() >> 11U) + 0.5) * grid;
  }

 private:
  std::array<std::uint64_t, 2> key_;
  std::array<std::uint64_t, 4> counter_;
  std::array<std::uint64_t, 4> block_{};
  std::size_t used_ = 4;
};

}  // namespace mlpipe::stages::statistics
