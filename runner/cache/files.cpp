#include "runner/cache/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <ctime>

#include "runner/base/text.hpp"

namespace mlpipe::cache {
namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Kind kind_of_listing(unsigned char type) {
  switch (type) {
    case DT_REG:
      return Kind::file;
    case DT_DIR:
      return Kind::folder;
    case DT_LNK:
      return Kind::link;
    case DT_UNKNOWN:
      return Kind::unknown;
    default:
      return Kind::special;
  }
}

// The kernel's record; glibc's readdir would allocate a stream per folder.
struct RawEntry {
  std::uint64_t inode;
  std::int64_t offset;
  unsigned short length;
  unsigned char type;
};
constexpr std::size_t name_offset = offsetof(RawEntry, type) + 1;

void take_names(const char* buffer, std::size_t filled, std::vector<Name>& names) {
  for (std::size_t at = 0; at < filled;) {
    RawEntry entry{};
    std::memcpy(&entry, buffer + at, name_offset);
    const char* name = buffer + at + name_offset;
    if (std::strcmp(name, ".") != 0 && std::strcmp(name, "..") != 0) {
      names.push_back({name, kind_of_listing(entry.type)});
    }
    at += entry.length;
  }
}

// Asks for the kinds that the listing left open; drops what is gone meanwhile.
Status complete_kinds(int folder, std::vector<Name>& names, const std::string& path) {
  for (auto& name : names) {
    struct stat status {};
    if (name.kind != Kind::unknown) {
      continue;
    }
    if (fstatat(folder, name.text.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
      name.kind = kind_of(status.st_mode);
    } else if (errno == ENOENT) {
      name.text.clear();
    } else {
      return fail_errno("cannot look at " + shown(join(path, name.text)), errno);
    }
  }
  names.erase(std::remove_if(names.begin(), names.end(),
                             [](const Name& name) { return name.text.empty(); }),
              names.end());
  return {};
}

// Unlinks the files of a folder and returns the folders in it.
Result<std::vector<std::string>> empty_of_files(int folder, const std::string& path) {
  fchmod(folder, 0700);  // a folder made read-only by its owner can still be removed by its owner
  std::vector<std::string> folders;
  TRY(const auto names, list_folder(folder, path));
  for (const auto& name : names) {
    if (name.kind == Kind::folder) {
      folders.push_back(name.text);
    } else if (unlinkat(folder, name.text.c_str(), 0) != 0 && errno != ENOENT) {
      return fail_errno("cannot remove " + shown(join(path, name.text)), errno);
    }
  }
  return folders;
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

Kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) {
    return Kind::file;
  }
  if (S_ISDIR(mode)) {
    return Kind::folder;
  }
  return S_ISLNK(mode) ? Kind::link : Kind::special;
}

std::string join(std::string_view folder, std::string_view name) {
  if (folder.empty() || folder == ".") {
    return std::string(name);
  }
  std::string path;
  path.reserve(folder.size() + 1 + name.size());
  path += folder;
  if (path.back() != '/') {
    path += '/';
  }
  path += name;
  return path;
}

std::string shown(std::string_view path) {
  const std::string text = path.empty() ? "." : printable(path);
  return text.find(' ') == std::string::npos ? text : "\"" + text + "\"";
}

Result<Fd> open_folder(int at, const std::string& path) {
  if (path.size() < PATH_MAX) {
    Fd fd(openat(at, path.empty() ? "." : path.c_str(), folder_flags));
    return fd.valid() ? Result<Fd>(std::move(fd)) : fail_errno("cannot open " + shown(path), errno);
  }
  Fd current(openat(at, path[0] == '/' ? "/" : ".", folder_flags));
  for (const auto part : split(path, '/')) {
    if (!current.valid()) {
      break;
    }
    if (!part.empty()) {
      current =
          Fd(openat(current.get(), std::string(part).c_str(), O_DIRECTORY | O_RDONLY | O_CLOEXEC));
    }
  }
  return current.valid() ? Result<Fd>(std::move(current))
                         : fail_errno("cannot open " + shown(path), errno);
}

Result<std::vector<Name>> list_folder(int folder, const std::string& path) {
  alignas(std::uint64_t) thread_local std::array<char, 64 * 1024> buffer;
  std::vector<Name> names;
  if (lseek(folder, 0, SEEK_SET) < 0) {
    return fail_errno("cannot list " + shown(path), errno);
  }
  for (;;) {
    const long filled = syscall(SYS_getdents64, folder, buffer.data(), buffer.size());
    if (filled < 0) {
      return fail_errno("cannot list " + shown(path), errno);
    }
    if (filled == 0) {
      break;
    }
    take_names(buffer.data(), static_cast<std::size_t>(filled), names);
  }
  TRY_OK(complete_kinds(folder, names, path));
  std::sort(names.begin(), names.end(),
            [](const Name& a, const Name& b) { return a.text < b.text; });
  return names;
}

Status make_folders(const std::string& path) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (mkdir(part.c_str(), 0777) != 0 && errno != EEXIST) {
      const int error = errno;
      struct stat status {};
      if (stat(part.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        return fail_errno("cannot create the folder " + shown(part), error);
      }
    }
    if (end == std::string::npos) {
      break;
    }
  }
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) {
    return fail_errno("cannot create the folder " + shown(path), ENOTDIR);
  }
  return {};
}

Status remove_all(int at, const std::string& name) {
  if (unlinkat(at, name.c_str(), 0) == 0 || errno == ENOENT || errno == ENOTDIR) {
    return {};
  }
  if (errno != EISDIR && errno != EPERM) {
    return fail_errno("cannot remove " + shown(name), errno);
  }
  TRY(Fd top, open_folder(at, name));
  Descent descent(std::move(top), name);
  std::vector<std::pair<std::string, std::vector<std::string>>> stack;
  TRY(auto folders, empty_of_files(descent.fd(), descent.path()));
  stack.emplace_back(name, std::move(folders));
  for (;;) {
    auto& [own, open] = stack.back();
    if (!open.empty()) {
      std::string next = std::move(open.back());
      open.pop_back();
      TRY_OK(descent.enter(next));
      TRY(auto below, empty_of_files(descent.fd(), descent.path()));
      stack.emplace_back(std::move(next), std::move(below));
      continue;
    }
    const std::string done = std::move(own);
    stack.pop_back();
    if (!stack.empty()) {
      TRY_OK(descent.leave());
    }
    if (unlinkat(stack.empty() ? at : descent.fd(), done.c_str(), AT_REMOVEDIR) != 0 &&
        errno != ENOENT) {
      return fail_errno("cannot remove the folder " + shown(done), errno);
    }
    if (stack.empty()) {
      return {};
    }
  }
}

std::string temp_name(std::string_view word) {
  static std::atomic<std::uint64_t> counter{0};
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return fmt::format("{}-{}-{:x}{:08x}-{}", word, getpid(), now.tv_sec, now.tv_nsec, ++counter);
}

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return fail_errno("cannot write " + shown(path), errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::string> read_all(int fd, const std::string& path) {
  struct stat status {};
  std::string bytes;
  if (fstat(fd, &status) == 0 && status.st_size > 0) {
    bytes.reserve(static_cast<std::size_t>(status.st_size) + 1);
  }
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail_errno("cannot read " + shown(path), errno);
    }
    if (got == 0) {
      return bytes;
    }
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

Status replace_file(const std::string& temp_folder, const std::string& path,
                    std::string_view bytes) {
  TRY_OK(make_folders(temp_folder));
  const std::string temp = temp_folder + "/" + temp_name("file");
  Fd fd(open(temp.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd.valid()) {
    return fail_errno("cannot create " + shown(temp), errno);
  }
  Status written = write_all(fd.get(), bytes, path);
  if (written && rename(temp.c_str(), path.c_str()) != 0) {
    written = fail_errno("cannot put " + shown(path) + " in place", errno);
  }
  if (!written) {
    unlink(temp.c_str());
  }
  return written;
}

Status Descent::enter(const std::string& name) {
  struct stat status {};
  if (fstat(current_.get(), &status) != 0) {
    return fail_errno("cannot look at " + shown(path_), errno);
  }
  Fd below(openat(current_.get(), name.c_str(), folder_flags));
  const std::size_t length = path_.size();
  path_ = join(path_, name);
  if (!below.valid()) {
    return fail_errno("cannot open the folder " + shown(path_), errno);
  }
  levels_.push_back({status.st_dev, status.st_ino, length});
  current_ = std::move(below);
  return {};
}

Status Descent::leave() {
  const Level level = levels_.back();
  Fd above(openat(current_.get(), "..", folder_flags));
  struct stat status {};
  if (!above.valid() || fstat(above.get(), &status) != 0) {
    return fail_errno("cannot return from the folder " + shown(path_), errno);
  }
  if (status.st_dev != level.device || status.st_ino != level.inode) {
    return fail(Code::changed, shown(path_) + " was moved while it was being read");
  }
  path_.resize(level.path_length);
  levels_.pop_back();
  current_ = std::move(above);
  return {};
}

}  // namespace mlpipe::cache
