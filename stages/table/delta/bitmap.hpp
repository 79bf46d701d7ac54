// The set of row numbers that a deletion vector stores, decoded from its bytes. Knows nothing of
// files. Formats: PROTOCOL.md, "Deletion Vector Format"; RoaringFormatSpec.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::stages::table::delta {

// Magic number and 64-bit Roaring bitmap -> rising row numbers, from 0. corrupt: the bytes are
// none, or hold more than `limit` numbers.
[[nodiscard]] Result<std::vector<std::uint64_t>> decode_bitmap(std::string_view bytes,
                                                               std::uint64_t limit);

// CRC-32 as zlib has it.
[[nodiscard]] std::uint32_t crc32(std::string_view bytes);

}  // namespace mlpipe::stages::table::delta
