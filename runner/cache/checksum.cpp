#include "runner/cache/checksum.hpp"

#include <array>
#include <cstring>

namespace mlpipe::cache {
namespace {

constexpr std::uint64_t odd = 0x9E3779B97F4A7C15U;

std::uint64_t rotate(std::uint64_t value, unsigned by) {
  return (value << by) | (value >> (64U - by));
}

std::uint64_t finish(std::uint64_t value) {
  value = (value ^ (value >> 33U)) * 0xFF51AFD7ED558CCDU;
  value = (value ^ (value >> 33U)) * 0xC4CEB9FE1A85EC53U;
  return value ^ (value >> 33U);
}

std::uint64_t word(const char* at) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace

std::uint64_t checksum(std::string_view bytes) {
  // Four lanes, so that the multiplications of one do not wait for those of another.
  std::array<std::uint64_t, 4> lanes{1, odd, odd * 3, odd * 5};
  const std::uint64_t length = bytes.size();
  while (bytes.size() >= 32) {
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      lanes[i] = rotate(lanes[i] ^ word(bytes.data() + 8 * i), 29) * odd;
    }
    bytes.remove_prefix(32);
  }
  std::uint64_t value = length * odd;
  for (const std::uint64_t lane : lanes) {
    value = (value ^ finish(lane)) * odd;
  }
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    value = rotate(value ^ word(bytes.data()), 29) * odd;
  }
  for (const char c : bytes) {
    value = (value ^ static_cast<unsigned char>(c)) * odd;
    value = rotate(value, 23);
  }
  return finish(value);
}

}  // namespace mlpipe::cache
