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
[[nodiscard]] std::array<std::uint64_t, 4> philox(std::array<std::uint64_t, 4> counter,
                                                  std::array<std::uint64_t, 2> key);

// The numbers of one place, in order.
class Philox {
 public:
  explicit Philox(const Place& place)
      : key_{place.seed, 0}, counter_{0, place.block, place.draw, place.stream} {}

  std::uint64_t next() {
    if (used_ == block_.size()) {
      block_ = philox(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    return block_[used_++];
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
