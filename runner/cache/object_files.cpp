#include "runner/cache/object_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "runner/cache/hash_file.hpp"

namespace mlpipe::cache {
namespace {

tl::unexpected<Error> no_object(const Digest& digest) {
  return fail(Code::not_found, "object " + digest.short_hex() + " is not in the cache");
}

// Now as time of last use, the stamp as time of change.
void times_of(const Digest& digest, std::uint64_t size, timespec (&times)[2]) {
  times[0] = {0, UTIME_NOW};
  times[1] = {stamp_of(digest, size), 0};
}

}  // namespace

std::int64_t stamp_of(const Digest& digest, std::uint64_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, digest.bytes.data(), sizeof value);
  value = (value ^ size) * 0x9E3779B97F4A7C15U;
  value ^= value >> 32U;
  return 100'000'000 + 2 * static_cast<std::int64_t>(value % 400'000'000U);
}

Temp::~Temp() {
  // Adopted: the name is gone already.
  if (fd_.valid()) {
    unlink(path_.c_str());
  }
}

ObjectFiles::ObjectFiles(std::string state_dir)
    : objects_(state_dir + "/objects"),
      corrupt_(state_dir + "/corrupt"),
      temp_folder_(state_dir + "/tmp") {}

std::string ObjectFiles::path_of(const Digest& digest) const {
  const std::string hex = digest.hex();
  return objects_ + "/" + hex.substr(0, 2) + "/" + hex.substr(2);
}

Result<ObjectFiles::Open> ObjectFiles::open(const Digest& digest) const {
  const std::string path = path_of(digest);
  constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  // The time of last use is set by keep() alone; only the owner of a file may read without leaving
  // one.
  Fd fd(::open(path.c_str(), flags | O_NOATIME));
  if (!fd.valid() && errno == EPERM) {
    fd = Fd(::open(path.c_str(), flags));
  }
  struct stat status {};
  if (!fd.valid() || fstat(fd.get(), &status) != 0) {
    return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
               ? no_object(digest)
               : fail_errno("cannot open " + shown(path), errno);
  }
  if (!intact(fd.get(), status, digest)) {
    return set_aside(digest);
  }
  return Open{std::move(fd), static_cast<std::uint64_t>(status.st_size)};
}

Result<std::string> ObjectFiles::read(const Digest& digest) const {
  TRY(const auto object, open(digest));
  TRY(std::string bytes, read_all(object.fd.get(), path_of(digest)));
  if (sha256(bytes) != digest) {
    return set_aside(digest);
  }
  return bytes;
}

bool ObjectFiles::has(const Digest& digest) const {
  struct stat status {};
  if (lstat(path_of(digest).c_str(), &status) != 0) {
    return false;
  }
  const bool stamped =
      S_ISREG(status.st_mode) && status.st_mtim.tv_nsec == 0 &&
      status.st_mtim.tv_sec == stamp_of(digest, static_cast<std::uint64_t>(status.st_size));
  return stamped || open(digest).has_value();
}

bool ObjectFiles::keep(const Digest& digest) const {
  const timespec times[2] = {{0, UTIME_NOW}, {0, UTIME_OMIT}};
  const bool here = utimensat(AT_FDCWD, path_of(digest).c_str(), times, AT_SYMLINK_NOFOLLOW) == 0;
  // Somebody else's object in a shared cache cannot be touched, only used.
  return (here || errno == EPERM || errno == EACCES || errno == EROFS) && has(digest);
}

bool ObjectFiles::intact(int fd, const struct stat& status, const Digest& digest) const {
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (!S_ISREG(status.st_mode)) {
    return false;
  }
  if (status.st_mtim.tv_nsec == 0 && status.st_mtim.tv_sec == stamp_of(digest, size)) {
    return true;
  }
  const auto hashed = hash_stream(fd, -1, size, Company::alone, path_of(digest));
  if (!hashed || hashed->digest != digest) {
    return false;
  }
  timespec times[2];
  times_of(digest, hashed->size, times);
  futimens(fd, times);  // not ours to stamp: it is hashed again next time
  return lseek(fd, 0, SEEK_SET) == 0;
}

tl::unexpected<Error> ObjectFiles::set_aside(const Digest& digest) const {
  const std::string path = path_of(digest);
  if (!make_folders(corrupt_) ||
      rename(path.c_str(), (corrupt_ + "/" + digest.hex()).c_str()) != 0) {
    unlink(path.c_str());
  }
  return fail(Code::not_found, "object " + digest.short_hex() +
                                   " was damaged and is no longer used; it lies in " +
                                   shown(corrupt_));
}

Result<Temp> ObjectFiles::create() const {
  for (;;) {
    std::string path = temp_folder_ + "/" + temp_name("object");
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (fd.valid()) {
      return Temp(std::move(fd), std::move(path));
    }
    if (errno == ENOENT) {
      TRY_OK(make_folders(temp_folder_));
    } else if (errno != EEXIST) {
      return fail_errno("cannot create " + shown(path), errno);
    }
  }
}

Status ObjectFiles::adopt(const Temp& temp, const Digest& digest, std::uint64_t size) const {
  const std::string path = path_of(digest);
  timespec times[2];
  times_of(digest, size, times);
  if (fchmod(temp.fd(), 0444) != 0 || futimens(temp.fd(), times) != 0) {
    return fail_errno("cannot set mode and times of " + shown(temp.path()), errno);
  }
  if (rename(temp.path().c_str(), path.c_str()) == 0) {
    return {};
  }
  if (errno == ENOENT) {
    TRY_OK(make_folders(path.substr(0, path.rfind('/'))));
    if (rename(temp.path().c_str(), path.c_str()) == 0) {
      return {};
    }
  }
  if (errno == EXDEV) {
    return fail(Code::io,
                shown(objects_) + " and " + shown(temp_folder_) +
                    " lie on different file systems; objects are put in place by renaming, so move "
                    "the whole state folder instead of one part of it");
  }
  return fail_errno("cannot put an object in place at " + shown(path), errno);
}

Status ObjectFiles::flush() const {
  Fd fd(::open(objects_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) {
    return errno == ENOENT ? Status{} : Status(fail_errno("cannot open " + shown(objects_), errno));
  }
  return syncfs(fd.get()) == 0 ? Status{}
                               : Status(fail_errno("cannot flush " + shown(objects_), errno));
}

}  // namespace mlpipe::cache
