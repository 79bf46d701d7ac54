#include "runner/adapter/environ_scan.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <memory>
#include <set>
#include <thread>

#include "runner/adapter/local_executor.hpp"
#include "runner/adapter/unique_fd.hpp"

namespace mlpipe::adapter {
namespace {

using Clock = std::chrono::steady_clock;

// A process that cannot be mistaken for a later one with the same id.
struct Target {
  pid_t pid = 0;
  UniqueFd handle;  // closed where the kernel has no such handles
};

Target hold(pid_t pid) {
#ifdef SYS_pidfd_open
  return {pid, UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)))};
#else
  return {pid, UniqueFd()};
#endif
}

void send(const Target& target, int signal) {
#ifdef SYS_pidfd_send_signal
  if (target.handle.is_open()) {
    ::syscall(SYS_pidfd_send_signal, target.handle.get(), signal, nullptr, 0U);
    return;
  }
#endif
  ::kill(target.pid, signal);
}

bool is_over(const Target& target, std::string_view name, std::string_view value) {
  if (target.handle.is_open()) {
    pollfd entry{target.handle.get(), POLLIN, 0};
    return ::poll(&entry, 1, 0) > 0;
  }
  return value_in(environment_of(target.pid), name) != value;
}

bool wait_until_over(const std::vector<Target>& targets, std::string_view name,
                     std::string_view value, Clock::time_point deadline) {
  for (const auto& target : targets) {
    while (!is_over(target, name, value)) {
      if (Clock::now() >= deadline) {
        return false;
      }
      // Not poll() on the handles: there may be more of them than descriptors allow to wait for.
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  return true;
}

// We and those that wait for us: a run started inside a stage must not end its own host.
std::set<pid_t> ourselves() {
  std::set<pid_t> result;
  for (pid_t pid = ::getpid(); pid > 0 && result.insert(pid).second;) {
    pid = parent_of(pid);
  }
  return result;
}

std::vector<Target> find_targets(std::string_view name, std::string_view value,
                                 const std::set<pid_t>& spared) {
  std::vector<Target> result;
  for (const pid_t pid : all_processes()) {
    if (spared.contains(pid) || value_in(environment_of(pid), name) != value) {
      continue;
    }
    Target target = hold(pid);
    // Once more behind the handle: the id may have passed to another process in between.
    if (value_in(environment_of(pid), name) == value) {
      result.push_back(std::move(target));
    }
  }
  return result;
}

}  // namespace

std::vector<pid_t> all_processes() {
  std::vector<pid_t> result;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), ::closedir);
  while (folder != nullptr) {
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr) {
      break;
    }
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error == std::errc{} && end == name.data() + name.size()) {
      result.push_back(pid);
    }
  }
  return result;
}

pid_t parent_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text(std::istreambuf_iterator<char>(file), {});
  // "pid (name) state parent": the name may hold anything, so count from its last bracket.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 4 >= text.size()) {
    return 0;
  }
  pid_t parent = 0;
  std::from_chars(text.data() + name_end + 4, text.data() + text.size(), parent);
  return parent;
}

std::string environment_of(pid_t pid) {
  const UniqueFd file(
      ::open(("/proc/" + std::to_string(pid) + "/environ").c_str(), O_RDONLY | O_CLOEXEC));
  std::string result;
  std::array<char, 16384> buffer;  // NOLINT: filled by read
  while (file.is_open()) {
    const auto got = ::read(file.get(), buffer.data(), buffer.size());
    if (got <= 0) {
      break;
    }
    result.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return result;
}

std::string_view value_in(std::string_view environment, std::string_view name) {
  while (!environment.empty()) {
    const std::string_view entry = environment.substr(0, environment.find('\0'));
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=') {
      return entry.substr(name.size() + 1);
    }
    environment.remove_prefix(std::min(environment.size(), entry.size() + 1));
  }
  return {};
}

Result<std::size_t> end_processes_with(const std::string& name, const std::string& value,
                                       std::chrono::milliseconds grace) {
  if (name.empty() || value.empty()) {
    return fail(Code::internal, "a process is looked for by a name and a value, both not empty");
  }
  const std::set<pid_t> spared = ourselves();
  std::set<pid_t> ended;
  const auto deadline =
      Clock::now() + std::clamp<std::chrono::milliseconds>(grace, std::chrono::milliseconds(0),
                                                           std::chrono::hours(24));
  // Whoever is asked to end may start others meanwhile: look again until nobody is found.
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<Target> targets = find_targets(name, value, spared);
    if (targets.empty()) {
      return ended.size();
    }
    for (const auto& target : targets) {
      ended.insert(target.pid);
      send(target, SIGTERM);
      send(target, SIGCONT);
    }
    if (!wait_until_over(targets, name, value, deadline)) {
      for (const auto& target : targets) {
        send(target, SIGKILL);
      }
      // Killed processes may sit in a system call for a while; the next round sees to them.
      wait_until_over(targets, name, value, Clock::now() + std::chrono::seconds(1));
    }
  }
  return fail(Code::busy, "processes of an earlier run (environment " + name + "=" + value +
                              ") do not end; end them by hand and run again");
}

}  // namespace mlpipe::adapter
