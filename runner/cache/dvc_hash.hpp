// The md5 of a stream, plain or as DVC 2 took it. Knows nothing of files' names or indexes.
#pragma once

#include <cstdint>
#include <string>

#include "runner/base/error.hpp"
#include "runner/cache/dvc_files.hpp"

namespace mlpipe::cache {

struct DvcStream {
  std::string md5;
  std::uint64_t size = 0;
};
// Hashes `in` from its offset to its end and writes what it read to `out` where that is not -1.
[[nodiscard]] Result<DvcStream> dvc_hash_stream(int in, int out, DvcHash hash,
                                                const std::string& path);

}  // namespace mlpipe::cache
