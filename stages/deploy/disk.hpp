// Writing that is on the disk once it returns: files, links and folders of a deployment target.
// Knows nothing of releases.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "runner/base/error.hpp"

namespace mlpipe::stages::deploy {

// Owns a descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_ = -1;
};

// Makes the names in a folder durable.
Status flush_folder(const std::string& folder);
// mkdir -p; each new folder is flushed into its parent.
Status make_folders(const std::string& path);
Status write_all(int fd, std::string_view bytes, const std::string& path);
// Replaces a file as a whole: temporary name, flush, rename, flush of the folder.
Status write_durably(const std::string& path, std::string_view bytes);
// The bytes of a regular file; not_found where it is absent.
[[nodiscard]] Result<std::string> read_text(const std::string& path);
// rename(2), durable.
Status move_durably(const std::string& from, const std::string& to);
// Removes what stands there, a folder with all below it; nothing there is no error.
Status remove_tree(const std::string& path);
// Whether something stands there; links are not followed.
[[nodiscard]] bool stands(const std::string& path);

}  // namespace mlpipe::stages::deploy
