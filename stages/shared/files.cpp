#include "stages/shared/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "runner/base/text.hpp"

namespace mlpipe::stages {
namespace {

namespace fs = std::filesystem;

// The part of a pattern before its first component with a wildcard.
std::string literal_prefix(const std::string& pattern) {
  std::size_t end = 0;
  for (std::size_t slash = pattern.find('/'); slash != std::string::npos;
       slash = pattern.find('/', slash + 1)) {
    if (is_glob(pattern.substr(0, slash))) {
      break;
    }
    end = slash;
  }
  return pattern.substr(0, end);
}

Result<std::vector<std::string>> walk(const std::string& root, const std::string& folder,
                                      const std::string& pattern) {
  std::vector<std::string> found;
  const fs::path base = folder.empty() ? fs::path(root) : fs::path(root) / folder;
  std::error_code error;
  if (!fs::is_directory(base, error)) {
    return found;
  }
  fs::recursive_directory_iterator entry(base, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string path = entry->path().lexically_relative(root).string();
    std::error_code ignored;
    if (path == ".git" || path == ".mlpipe") {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file(ignored) && (pattern.empty() || glob_match(pattern, path))) {
      found.push_back(path);
    }
  }
  if (error) {
    return fail_errno("cannot list " + base.string(), error.value());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class File {
 public:
  explicit File(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~File() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

Result<std::vector<std::string>> files_at(const std::string& root, const std::string& pattern) {
  std::error_code error;
  const fs::file_status status = fs::status(fs::path(root) / pattern, error);
  if (fs::is_directory(status)) {
    return walk(root, pattern, "");
  }
  if (fs::exists(status)) {
    return std::vector<std::string>{pattern};
  }
  return is_glob(pattern) ? walk(root, literal_prefix(pattern), pattern)
                          : std::vector<std::string>{};
}

Status read_blocks(const std::string& root, const std::string& path,
                   const std::function<Status(std::string_view)>& take) {
  const File file(root + "/" + path);
  struct stat status {};
  if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0) {
    return fail_errno("cannot read " + printable(path), errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(Code::invalid, printable(path) + " is not a file");
  }
  std::string block(1U << 16U, '\0');
  while (true) {
    const ssize_t count = ::read(file.fd(), block.data(), block.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return fail_errno("cannot read " + printable(path), errno);
    }
    if (count == 0) {
      return {};
    }
    TRY_OK(take(std::string_view(block).substr(0, static_cast<std::size_t>(count))));
  }
}

Result<std::string> read_file(const std::string& root, const std::string& path,
                              std::uint64_t limit) {
  std::string bytes;
  TRY_OK(read_blocks(root, path, [&](std::string_view block) -> Status {
    bytes += block;
    if (bytes.size() > limit) {
      return fail(Code::invalid,
                  fmt::format("{} is longer than {}", printable(path), format_size(limit)));
    }
    return {};
  }));
  return bytes;
}

std::string last_lines(const std::string& text, std::size_t max_lines, std::size_t max_bytes) {
  std::string_view rest = text;
  while (!rest.empty() && (rest.back() == '\n' || rest.back() == '\r' || rest.back() == ' ')) {
    rest.remove_suffix(1);
  }
  while (!rest.empty() && (rest.front() == '\n' || rest.front() == '\r')) {
    rest.remove_prefix(1);
  }
  std::size_t begin = rest.size();
  for (std::size_t lines = 0; begin > 0 && lines < max_lines; ++lines) {
    const std::size_t end = rest.rfind('\n', begin - 1);
    const std::size_t start = end == std::string_view::npos ? 0 : end;
    if (rest.size() - start > max_bytes) {
      break;
    }
    begin = start;
  }
  if (begin == 0) {
    return std::string(rest);
  }
  if (begin < rest.size()) {
    return "..." + std::string(rest.substr(begin));
  }
  begin = rest.size() - std::min(rest.size(), max_bytes);  // one line that is too long by itself
  while (begin < rest.size() && (static_cast<unsigned char>(rest[begin]) & 0xC0U) == 0x80U) {
    ++begin;
  }
  return "..." + std::string(rest.substr(begin));
}

Status write_file(const std::string& root, const std::string& path, std::string_view bytes) {
  const fs::path target = fs::path(root) / path;
  std::error_code problem;
  fs::create_directories(target.parent_path(), problem);
  if (problem) {
    return fail_errno("cannot create the folder " + printable(target.parent_path().string()),
                      problem.value());
  }
  const std::string temporary = fmt::format("{}.tmp-{}", target.string(), getpid());
  std::FILE* file = std::fopen(temporary.c_str(), "wxe");
  if (file == nullptr) {
    return fail_errno("cannot write " + printable(temporary), errno);
  }
  bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  int why = errno;
  if (std::fclose(file) != 0) {
    why = written ? errno : why;
    written = false;
  }
  if (written && std::rename(temporary.c_str(), target.c_str()) != 0) {
    why = errno;
    written = false;
  }
  if (!written) {
    std::remove(temporary.c_str());
    return fail_errno("cannot write " + printable(target.string()), why);
  }
  return {};
}

}  // namespace mlpipe::stages
