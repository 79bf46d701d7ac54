// The single files of the object store: where one lies, how it enters, and whether it may be
// trusted without reading. Knows nothing of trees or of the repository.
//
// An object's mtime is a stamp made of its digest and size. Whoever writes to the file or cuts it
// moves the mtime or the size, so the stamp no longer fits and the object is hashed again before
// use. The signature so lies in the object itself: there is no second file to lose or to keep in
// step. Its atime is the time of its last use.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "runner/base/digest.hpp"
#include "runner/base/error.hpp"
#include "runner/cache/files.hpp"

namespace mlpipe::cache {

// Seconds since 1970: even, so that every file system can keep it.
[[nodiscard]] std::int64_t stamp_of(const Digest& digest, std::uint64_t size);

// A file below .mlpipe/tmp that goes unless it is adopted.
class Temp {
 public:
  Temp(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Temp(Temp&&) noexcept = default;
  Temp& operator=(Temp&&) = delete;
  ~Temp();
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  Fd fd_;
  std::string path_;
};

// Safe to use from several threads.
class ObjectFiles {
 public:
  explicit ObjectFiles(std::string state_dir);

  struct Open {
    Fd fd;
    std::uint64_t size = 0;
  };
  // An intact object. not_found: it is not here, or was damaged and is now in .mlpipe/corrupt/.
  [[nodiscard]] Result<Open> open(const Digest& digest) const;
  // All bytes of a small object, hashed again whatever its stamp says.
  [[nodiscard]] Result<std::string> read(const Digest& digest) const;
  [[nodiscard]] bool has(const Digest& digest) const;
  // Notes that an object is in use now, so that gc leaves it alone. False: it is not here or not
  // intact.
  bool keep(const Digest& digest) const;
  [[nodiscard]] Result<Temp> create() const;
  // Makes the written file the object. `size` are its bytes.
  Status adopt(const Temp& temp, const Digest& digest, std::uint64_t size) const;

  [[nodiscard]] std::string path_of(const Digest& digest) const;
  [[nodiscard]] const std::string& temp_folder() const { return temp_folder_; }
  // Flushes the file system that holds the objects.
  Status flush() const;

 private:
  [[nodiscard]] bool intact(int fd, const struct stat& status, const Digest& digest) const;
  [[nodiscard]] tl::unexpected<Error> set_aside(const Digest& digest) const;
  std::string objects_;
  std::string corrupt_;
  std::string temp_folder_;
};

}  // namespace mlpipe::cache
