// An open file descriptor that closes itself, with whole reads and writes at a position. Errors are
// errno values.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace mlpipe::cache {

class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int fd) : fd_(fd) {}
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  ~FileHandle() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }

  [[nodiscard]] int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

  // Fills `bytes`; EIO where the file ends before.
  [[nodiscard]] tl::expected<void, int> read_at(std::string& bytes, std::uint64_t offset) const {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const auto count =
          ::pread(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
      if (count > 0) {
        done += static_cast<std::size_t>(count);
      } else if (count == 0 || errno != EINTR) {
        return tl::make_unexpected(count == 0 ? EIO : errno);
      }
    }
    return {};
  }

  // Writes all of `bytes`, or some of them and the error says why not all.
  [[nodiscard]] tl::expected<void, int> write_at(std::string_view bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
      const auto count = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (count >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
      } else if (errno != EINTR) {
        return tl::make_unexpected(errno);
      }
    }
    return {};
  }

 private:
  int fd_ = -1;
};

}  // namespace mlpipe::cache
