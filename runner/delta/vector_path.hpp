// Where the file of a deletion vector lies. Touches no disk.
#pragma once

#include <string>
#include <string_view>

#include "runner/base/error.hpp"
#include "runner/delta/action.hpp"

namespace mlpipe::delta {

// Z85 text to bytes (ZeroMQ RFC 32). corrupt: another alphabet or length.
[[nodiscard]] Result<std::string> decode_z85(std::string_view text);

// Of a vector that is stored in a file (u or p). corrupt: it has no such name.
[[nodiscard]] Result<std::string> vector_path(const std::string& root,
                                              const VectorDescriptor& descriptor);

}  // namespace mlpipe::delta
