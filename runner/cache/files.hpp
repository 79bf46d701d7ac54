// File system calls by descriptor: owned descriptors, folders entered and left without resolving
// paths again, whole files replaced by temporary name and rename. Knows nothing of content, objects
// or indexes.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::cache {

// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd();
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

enum class Kind : std::uint8_t { unknown, file, folder, link, special };
[[nodiscard]] Kind kind_of(mode_t mode);

struct Name {
  std::string text;
  Kind kind = Kind::unknown;  // never unknown in what list_folder() returns
};

// "a" + "b" -> "a/b"; an empty or "." folder adds nothing.
[[nodiscard]] std::string join(std::string_view folder, std::string_view name);
// For messages: control characters escaped, in quotes where it holds blanks.
[[nodiscard]] std::string shown(std::string_view path);

// Opens a folder, not following a link as the last component. Paths may be longer than PATH_MAX.
[[nodiscard]] Result<Fd> open_folder(int at, const std::string& path);
// Names in a folder, sorted bytewise, without "." and "..". `path` is for messages.
[[nodiscard]] Result<std::vector<Name>> list_folder(int folder, const std::string& path);
// mkdir -p.
Status make_folders(const std::string& path);
// Removes what stands at `name`, whatever it is and however deep; one descriptor at a time. Nothing
// there is success.
Status remove_all(int at, const std::string& name);

// "<word>-<pid>-<time>-<n>": not used by any other living process.
[[nodiscard]] std::string temp_name(std::string_view word);
Status write_all(int fd, std::string_view bytes, const std::string& path);
[[nodiscard]] Result<std::string> read_all(int fd, const std::string& path);
// Writes `bytes` to <temp_folder>/… and renames it to `path`, which lies in the same file system.
Status replace_file(const std::string& temp_folder, const std::string& path,
                    std::string_view bytes);

// One open folder below a start; moves down by name and up by "..", and notices when the tree was
// moved meanwhile.
class Descent {
 public:
  Descent(Fd folder, std::string path)
      : current_(std::move(folder)), path_(path == "." ? std::string() : std::move(path)) {}
  [[nodiscard]] int fd() const { return current_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::size_t depth() const { return levels_.size(); }
  Status enter(const std::string& name);
  // changed: the folder is no longer below the one it was entered from.
  Status leave();

 private:
  struct Level {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::size_t path_length = 0;
  };
  Fd current_;
  std::string path_;
  std::vector<Level> levels_;
};

}  // namespace mlpipe::cache
