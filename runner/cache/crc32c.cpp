#include "runner/cache/crc32c.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace mlpipe::cache {
namespace {

using Table = std::array<std::array<std::uint32_t, 256>, 8>;

// table[k][b]: the checksum's change for byte b followed by k zero bytes ("slicing by eight").
constexpr Table make_table() {
  Table table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value & 1U) != 0 ? (value >> 1U) ^ 0x82F63B78U : value >> 1U;
    }
    table[0][byte] = value;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = table[k - 1][byte];
      table[k][byte] = (before >> 8U) ^ table[0][before & 0xFFU];
    }
  }
  return table;
}

constexpr Table table = make_table();

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t by_processor(std::string_view bytes,
                                                             std::uint32_t seed) {
  std::uint64_t state = ~seed;
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    state = _mm_crc32_u64(state, word);
    bytes.remove_prefix(8);
  }
  auto rest = static_cast<std::uint32_t>(state);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    rest = _mm_crc32_u8(rest, static_cast<unsigned char>(bytes[i]));
  }
  return ~rest;
}
#endif

}  // namespace

std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t seed) {
  std::uint32_t state = ~seed;
  while (bytes.size() >= 8) {
    const std::uint32_t low = state ^ (byte_at(bytes, 0) | byte_at(bytes, 1) << 8U |
                                       byte_at(bytes, 2) << 16U | byte_at(bytes, 3) << 24U);
    state = table[7][low & 0xFFU] ^ table[6][(low >> 8U) & 0xFFU] ^ table[5][(low >> 16U) & 0xFFU] ^
            table[4][low >> 24U] ^ table[3][byte_at(bytes, 4)] ^ table[2][byte_at(bytes, 5)] ^
            table[1][byte_at(bytes, 6)] ^ table[0][byte_at(bytes, 7)];
    bytes.remove_prefix(8);
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    state = (state >> 8U) ^ table[0][(state ^ byte_at(bytes, i)) & 0xFFU];
  }
  return ~state;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) {
    return by_processor(bytes, seed);
  }
#endif
  return crc32c_by_table(bytes, seed);
}

}  // namespace mlpipe::cache
