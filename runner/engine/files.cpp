#include "runner/engine/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace mlpipe::engine {
namespace {

namespace fs = std::filesystem;

Status write_all(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      return fail_errno("cannot write " + path, errno);
    }
    bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return {};
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? std::string("/") : path.substr(0, slash);
}

}  // namespace

Status make_folders(const std::string& path) {
  if (mkdir(path.c_str(), 0777) == 0 || errno == EEXIST) {
    struct stat found {};
    if (stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) {
      return {};
    }
    return fail(Code::io,
                fmt::format("cannot create the folder {}: something else stands there", path));
  }
  if (errno != ENOENT || path == "/") {
    return fail_errno("cannot create the folder " + path, errno);
  }
  TRY_OK(make_folders(folder_of(path)));
  if (mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) {
    return fail_errno("cannot create the folder " + path, errno);
  }
  return {};
}

Status write_file(const std::string& path, std::string_view bytes) {
  TRY_OK(make_folders(folder_of(path)));
  static std::atomic<unsigned> counter{0};
  const std::string temporary = fmt::format("{}.tmp-{}-{}", path, getpid(), counter++);
  const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) {
    return fail_errno("cannot write " + path, errno);
  }
  Status written = write_all(file, bytes, path);
  if (close(file) != 0 && written) {
    written = fail_errno("cannot write " + path, errno);
  }
  if (written && rename(temporary.c_str(), path.c_str()) != 0) {
    written = fail_errno("cannot write " + path, errno);
  }
  if (!written) {
    unlink(temporary.c_str());
  }
  return written;
}

Result<std::string> read_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return fail_errno("cannot read " + path, errno);
  }
  std::string bytes;
  char block[65536];
  ssize_t count = 0;
  while ((count = read(file, block, sizeof block)) != 0) {
    if (count < 0 && errno != EINTR) {
      const int error = errno;
      close(file);
      return fail_errno("cannot read " + path, error);
    }
    bytes.append(block, count > 0 ? static_cast<std::size_t>(count) : 0);
  }
  close(file);
  return bytes;
}

Status remove_all(const std::string& path) {
  if (unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) {
    return {};
  }
  std::error_code error;
  fs::remove_all(path, error);
  if (error) {
    return fail_errno("cannot remove " + path, error.value());
  }
  return {};
}

bool stands(const std::string& path) {
  struct stat found {};
  return lstat(path.c_str(), &found) == 0;
}

Status move_path(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) == 0) {
    return {};
  }
  if (errno == ENOENT && stands(from)) {
    TRY_OK(make_folders(folder_of(to)));
    if (rename(from.c_str(), to.c_str()) == 0) {
      return {};
    }
  }
  if (errno != EXDEV) {
    return fail_errno(fmt::format("cannot move {} to {}", from, to), errno);
  }
  std::error_code error;
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::copy_symlinks, error);
  if (error) {
    (void)remove_all(to);
    return fail_errno(fmt::format("cannot copy {} to {}", from, to), error.value());
  }
  return remove_all(from);
}

std::string file_name_of(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
                       c == '@' || (c == '.' && !name.empty());
    name += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return name;
}

}  // namespace mlpipe::engine
