// CRC-32C (Castagnoli, polynomial 0x1EDC6F41, reflected; RFC 3720 appendix B.4), by the processor
// where it can.
#pragma once

#include <cstdint>
#include <string_view>

namespace mlpipe::cache {

// The checksum of `bytes`; with `seed` the checksum of earlier bytes, that of both in a row.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);
// The same by table on every machine: what the other is compared with.
[[nodiscard]] std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace mlpipe::cache
