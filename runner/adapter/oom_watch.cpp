#include "runner/adapter/oom_watch.hpp"

#include <fcntl.h>

#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/text.hpp"

namespace mlpipe::adapter {
namespace {

// "<id>:<controllers>:<path>"; version 2 has id 0 and no controllers. Inside a container the path
// may be that of the host, then the container's own group is the root of the mount.
std::vector<std::string> candidates() {
  std::vector<std::string> result;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::vector<std::string_view> parts = split(line, ':');
    if (parts.size() < 3) {
      continue;
    }
    const std::string path(parts[2]);
    if (parts[0] == "0") {
      for (const char* const root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
        result.push_back(root + path + "/memory.events");
      }
    } else if (parts[1] == "memory") {
      result.push_back("/sys/fs/cgroup/memory" + path + "/memory.oom_control");
      result.emplace_back("/sys/fs/cgroup/memory/memory.oom_control");
    }
  }
  result.emplace_back("/sys/fs/cgroup/memory.events");
  result.emplace_back("/proc/vmstat");
  return result;
}

std::optional<std::uint64_t> read_counter(int fd) {
  std::array<char, 16384> buffer;  // NOLINT: filled by pread
  const auto got = ::pread(fd, buffer.data(), buffer.size(), 0);
  if (got <= 0) {
    return std::nullopt;
  }
  for (const std::string_view line :
       split(std::string_view(buffer.data(), static_cast<std::size_t>(got)), '\n')) {
    constexpr std::string_view kName = "oom_kill ";
    std::uint64_t value = 0;
    if (line.starts_with(kName) &&
        std::from_chars(line.data() + kName.size(), line.data() + line.size(), value).ec ==
            std::errc{}) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace

OomWatch::OomWatch() {
  for (const auto& path : candidates()) {
    UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.is_open() && read_counter(file.get())) {
      counter_ = std::move(file);
      break;
    }
  }
  last_ = kills();
}

std::uint64_t OomWatch::kills() {
  read_at_ = std::chrono::steady_clock::now();
  last_ = counter_.is_open() ? read_counter(counter_.get()).value_or(last_) : 0;
  return last_;
}

std::uint64_t OomWatch::recent_kills() {
  const bool stale = std::chrono::steady_clock::now() - read_at_ > std::chrono::seconds(1);
  return stale ? kills() : last_;
}

}  // namespace mlpipe::adapter
