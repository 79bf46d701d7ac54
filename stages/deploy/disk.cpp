#include "stages/deploy/disk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "runner/base/text.hpp"

namespace mlpipe::stages::deploy {
namespace {

namespace fs = std::filesystem;

std::string parent_of(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

Status write_new(const std::string& path, std::string_view bytes) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (file.get() < 0) {
    return fail_errno("cannot write " + printable(path), errno);
  }
  TRY_OK(write_all(file.get(), bytes, path));
  return ::fsync(file.get()) == 0 ? Status{}
                                  : Status(fail_errno("cannot flush " + printable(path), errno));
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

Status flush_folder(const std::string& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0 || (::fsync(opened.get()) != 0 && errno != EINVAL)) {
    return fail_errno("cannot flush the folder " + printable(folder), errno);
  }
  return {};
}

Status make_folders(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0) {
    return S_ISDIR(found.st_mode)
               ? Status{}
               : Status(fail(Code::invalid, printable(path) + " is not a folder"));
  }
  const std::string parent = parent_of(path);
  if (parent != path) {
    TRY_OK(make_folders(parent));
  }
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) {
    return fail_errno("cannot make the folder " + printable(path), errno);
  }
  return flush_folder(parent);
}

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return fail_errno("cannot write " + printable(path), errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Status write_durably(const std::string& path, std::string_view bytes) {
  const std::string temporary = fmt::format("{}.tmp-{}", path, ::getpid());
  (void)::unlink(temporary.c_str());  // of a process with our id that was killed
  Status done = write_new(temporary, bytes);
  if (done) {
    done = move_durably(temporary, path);
  }
  if (!done) {
    (void)::unlink(temporary.c_str());
  }
  return done;
}

Result<std::string> read_text(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat found {};
  if (file.get() < 0 || ::fstat(file.get(), &found) != 0) {
    return fail_errno("cannot read " + printable(path), errno);
  }
  if (!S_ISREG(found.st_mode)) {
    return fail(Code::invalid, printable(path) + " is not a file");
  }
  std::string bytes;
  std::string block(std::size_t{1} << 16U, '\0');
  while (true) {
    const ssize_t count = ::read(file.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return fail_errno("cannot read " + printable(path), errno);
    }
    if (count == 0) {
      return bytes;
    }
    bytes.append(block, 0, static_cast<std::size_t>(count));
  }
}

Status move_durably(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return fail_errno(fmt::format("cannot move {} to {}", printable(from), printable(to)), errno);
  }
  return flush_folder(parent_of(to));
}

Status remove_tree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  return error ? Status(fail_errno("cannot remove " + printable(path), error.value())) : Status{};
}

bool stands(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0;
}

}  // namespace mlpipe::stages::deploy
