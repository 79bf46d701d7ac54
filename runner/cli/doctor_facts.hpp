// Facts about the machine and the file system that doctor tells. Each probe leaves nothing behind.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace mlpipe::cli {

struct FileSystem {
  std::string type;  // "ext4", "nfs", … or its number in hexadecimal
  bool network = false;
  std::uint64_t free_bytes = 0;
  std::optional<bool> reflinks;  // absent: it could not be tried
  std::optional<std::chrono::nanoseconds>
      tick;  // how coarse its time stamps are; absent: it could not be tried
};

// Of the folder; absent where it cannot be asked.
[[nodiscard]] std::optional<FileSystem> file_system_of(const std::string& folder);

struct FolderSize {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};
// Of all below; what cannot be read does not count.
[[nodiscard]] FolderSize size_of(const std::string& folder);

}  // namespace mlpipe::cli
