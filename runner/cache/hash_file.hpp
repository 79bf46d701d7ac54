// sha256 of files at the speed of the hash: big ones by a reading and a hashing thread, many on all
// cores, and only of bytes that stood still. Knows nothing of indexes or objects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "runner/base/digest.hpp"
#include "runner/base/error.hpp"
#include "runner/cache/signature.hpp"

namespace mlpipe::cache {

// alone: nothing else is being hashed, a second thread may read ahead.
enum class Company : std::uint8_t { alone, others };

struct Stream {
  Digest digest;
  std::uint64_t size = 0;
};
// Hashes `in` from its offset to its end, and writes what was hashed to `out` where that is not -1.
// `size` is a guess. `path` is for messages.
[[nodiscard]] Result<Stream> hash_stream(int in, int out, std::uint64_t size, Company company,
                                         const std::string& path);

struct Hashed {
  Digest digest;
  Signature signature;  // equal before and after the reading
};
// Opens and hashes `name`; again where it changed meanwhile. changed: it did so every time, or is
// no file any more.
[[nodiscard]] Result<Hashed> hash_stable(int at, const std::string& name, Company company,
                                         const std::string& path);

// Cores this process may use.
[[nodiscard]] std::size_t worker_count();
// Calls work(0) .. work(count - 1), each once, on up to `workers` threads, this one included.
// Returns when all are done.
void for_each_index(std::size_t count, std::size_t workers,
                    const std::function<void(std::size_t)>& work);

}  // namespace mlpipe::cache
