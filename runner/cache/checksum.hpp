// A quick 64-bit checksum against damage, not against malice. Its values are only compared on the
// machine that made them.
#pragma once

#include <cstdint>
#include <string_view>

namespace mlpipe::cache {

[[nodiscard]] std::uint64_t checksum(std::string_view bytes);

}  // namespace mlpipe::cache
