#include "runner/cli/doctor_facts.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <filesystem>

#include "runner/cache/files.hpp"
#include "runner/cache/signature.hpp"

namespace mlpipe::cli {
namespace {

namespace fs = std::filesystem;
using cache::Fd;

constexpr std::size_t block = 4096;
constexpr std::chrono::milliseconds longest_tick{100};

std::string type_name(std::int64_t type) {
  struct Known {
    std::int64_t type;
    const char* name;
  };
  constexpr Known known[] = {{0xEF53, "ext4"},      {0x58465342, "xfs"},     {0x9123683E, "btrfs"},
                             {0x01021994, "tmpfs"}, {0x794C7630, "overlay"}, {0x2FC12FC1, "zfs"},
                             {0x6969, "nfs"},       {0xFF534D42, "cifs"},    {0xFE534D42, "smb2"},
                             {0x65735546, "fuse"},  {0x01021997, "9p"},      {0x4D44, "vfat"},
                             {0x2011BAB0, "exfat"}, {0xCA451A4E, "bcachefs"}};
  for (const Known& one : known) {
    if (one.type == type) {
      return one.name;
    }
  }
  return fmt::format("{:#x}", type);
}

// A file without a name: gone with its descriptor.
Fd nameless(const std::string& folder) {
  return Fd(open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
}

std::optional<bool> try_reflink(const std::string& folder) {
  const Fd from = nameless(folder);
  const Fd to = nameless(folder);
  const std::string bytes(block, 'x');
  if (!from.valid() || !to.valid() ||
      write(from.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(block)) {
    return std::nullopt;
  }
  return ioctl(to.get(), FICLONE, from.get()) == 0;
}

std::int64_t stamp(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0
             ? std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec
             : -1;
}

// The smallest step between two time stamps of a file that is written again and again.
std::optional<std::chrono::nanoseconds> try_tick(const std::string& folder) {
  const Fd file = nameless(folder);
  if (!file.valid()) {
    return std::nullopt;
  }
  std::optional<std::int64_t> smallest;
  std::int64_t before = -1;
  const auto end = std::chrono::steady_clock::now() + longest_tick;
  for (int steps = 0; steps < 5 && std::chrono::steady_clock::now() < end;) {
    if (pwrite(file.get(), "x", 1, 0) != 1) {
      return std::nullopt;
    }
    const std::int64_t now = stamp(file.get());
    if (before >= 0 && now > before) {
      smallest = std::min(smallest.value_or(now - before), now - before);
      ++steps;
    }
    before = now;
  }
  return smallest ? std::optional(std::chrono::nanoseconds(*smallest)) : std::nullopt;
}

}  // namespace

std::optional<FileSystem> file_system_of(const std::string& folder) {
  struct statfs found {};
  if (statfs(folder.c_str(), &found) != 0) {
    return std::nullopt;
  }
  FileSystem facts;
  facts.type = type_name(static_cast<std::int64_t>(found.f_type));
  facts.network =
      cache::medium_of(static_cast<std::int64_t>(found.f_type)) == cache::Medium::network;
  facts.free_bytes =
      static_cast<std::uint64_t>(found.f_bavail) * static_cast<std::uint64_t>(found.f_bsize);
  facts.reflinks = try_reflink(folder);
  facts.tick = try_tick(folder);
  return facts;
}

FolderSize size_of(const std::string& folder) {
  FolderSize size;
  std::error_code error;
  for (fs::recursive_directory_iterator
           at(folder, fs::directory_options::skip_permission_denied, error),
       end;
       !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->symlink_status(ignored).type() == fs::file_type::regular) {
      const auto bytes = at->file_size(ignored);
      ++size.files;
      size.bytes += ignored ? 0 : bytes;
    }
  }
  return size;
}

}  // namespace mlpipe::cli
