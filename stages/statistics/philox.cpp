#include "stages/statistics/philox.hpp"

namespace mlpipe::stages::statistics {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t multiplier0 = 0xD2E7470EE14C6C93;
constexpr std::uint64_t multiplier1 = 0xCA5A826395121157;
constexpr std::uint64_t weyl0 = 0x9E3779B97F4A7C15;
constexpr std::uint64_t weyl1 = 0xBB67AE8584CAA73B;
constexpr int rounds = 10;

}  // namespace

std::array<std::uint64_t, 4> philox(std::array<std::uint64_t, 4> counter,
                                    std::array<std::uint64_t, 2> key) {
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

}  // namespace mlpipe::stages::statistics
