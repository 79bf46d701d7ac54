#include "runner/spec/source_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "runner/base/text.hpp"

namespace mlpipe::spec {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_source = std::size_t{256} << 20U;

std::string absolute(const std::string& root, const std::string& path) {
  return path.starts_with('/') ? path : root + '/' + path;
}

struct Closer {
  int fd;
  explicit Closer(int opened) : fd(opened) {}
  Closer(const Closer&) = delete;
  Closer& operator=(const Closer&) = delete;
  ~Closer() { ::close(fd); }
};

Result<std::string> read_all(int fd) {
  std::string text;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail_errno("reading failed", errno);
    }
    if (got == 0) {
      return text;
    }
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > largest_source) {
      return fail(Code::invalid, fmt::format("it is larger than {}", format_size(largest_source)));
    }
  }
}

bool has_yaml_suffix(const std::string& name) { return name.ends_with(".yaml") || name.ends_with(".yml"); }

bool is_regular(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool is_missing_link(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode) && ::stat(path.c_str(), &info) != 0;
}

Result<std::vector<std::string>> yaml_files_in(const std::string& root, const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator item(root + '/' + folder, error), end; !error && item != end; item.increment(error)) {
    const std::string name = item->path().filename().string();
    const std::string path = folder + '/' + name;
    // A FIFO would wait for ever; a link to nothing is worth a message.
    if (has_yaml_suffix(name) && (is_regular(absolute(root, path)) || is_missing_link(absolute(root, path)))) {
      names.push_back(path);
    }
  }
  if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory) {
    return fail_errno(fmt::format("cannot list {}/", folder), error.value());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string relative_to(const std::string& root, const std::string& path) {
  if (path.starts_with(root + '/')) {
    return path.substr(root.size() + 1);
  }
  return path;
}

std::string none_found(const std::string& root) {
  if (is_regular(root + "/mlpipe.yml")) {
    return "no pipeline file: there is mlpipe.yml, but its name must be mlpipe.yaml (or give it with -f)";
  }
  return "no pipeline file: neither mlpipe.yaml nor a file in pipelines/ that begins with `mlpipe: 1`; "
         "`mlpipe init` writes one";
}

}  // namespace

Result<std::string> read_source(const std::string& root, const std::string& path) {
  const int fd = ::open(absolute(root, path).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return fail_errno("it cannot be opened", errno);
  }
  const Closer closer(fd);
  return read_all(fd);
}

bool begins_with_mlpipe(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("---")) {
      line = trim(line.substr(3));
    }
    if (line.empty() || line[0] == '#' || line[0] == '%') {
      continue;
    }
    if (line[0] == '{') {
      line = trim(line.substr(1));
    }
    const bool quoted = !line.empty() && (line[0] == '"' || line[0] == '\'');
    const std::string key = quoted ? fmt::format("{}mlpipe{}", line[0], line[0]) : "mlpipe";
    return line.starts_with(key) && trim(line.substr(key.size())).starts_with(':');
  }
  return false;
}

Result<std::vector<PipelineFile>> find_pipelines(const std::string& root, const std::vector<std::string>& asked) {
  std::vector<PipelineFile> found;
  if (!asked.empty()) {
    for (const std::string& path : asked) {
      const std::string name = relative_to(root, path);
      const bool twice = std::any_of(found.begin(), found.end(), [&](const auto& file) { return file.path == name; });
      if (twice) {
        continue;
      }
      auto text = read_source(root, name);
      if (!text) {
        return fail(text.error().code, fmt::format("{}: {}", printable(name), text.error().message));
      }
      found.push_back({name, std::move(text)});
    }
    return found;
  }
  auto text = read_source(root, "mlpipe.yaml");
  if (text || text.error().code != Code::not_found) {
    found.push_back({"mlpipe.yaml", std::move(text)});
  }
  TRY(const auto others, yaml_files_in(root, "pipelines"));
  for (const std::string& path : others) {
    auto content = read_source(root, path);
    if (!content || begins_with_mlpipe(*content)) {
      found.push_back({path, std::move(content)});
    }
  }
  if (found.empty()) {
    return fail(Code::not_found, none_found(root));
  }
  return found;
}

}  // namespace mlpipe::spec
