#include "runner/adapter/reaper.hpp"

#include <dirent.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <string>

#include "runner/adapter/environ_scan.hpp"

namespace mlpipe::adapter {
namespace {

std::chrono::milliseconds milliseconds_of(const timeval& time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec));
}

// For kernels without the list of children.
std::vector<pid_t> children_by_scan() {
  std::vector<pid_t> result;
  for (const pid_t pid : all_processes()) {
    if (parent_of(pid) == ::getpid()) {
      result.push_back(pid);
    }
  }
  return result;
}

}  // namespace

void adopt_orphans() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL);
}

Glance look_for_ended_child() {
  siginfo_t info{};
  int result = 0;
  do {
    info.si_pid = 0;
    result = ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);
  } while (result != 0 && errno == EINTR);
  if (result != 0) {
    return {};
  }
  return info.si_pid == 0 ? Glance{Children::alive, 0} : Glance{Children::ended, info.si_pid};
}

bool has_ended(pid_t child) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid != 0;
}

std::optional<int> stopped_by(pid_t child) {
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(child), &info, WSTOPPED | WNOHANG) != 0 ||
      info.si_pid == 0) {
    return std::nullopt;
  }
  return info.si_status;
}

Ended reap(pid_t child) {
  int status = 0;
  rusage usage{};
  pid_t got = 0;
  do {
    got = ::wait4(child, &status, 0, &usage);
  } while (got < 0 && errno == EINTR);
  Ended ended;
  ended.signalled = WIFSIGNALED(status);
  ended.value = ended.signalled ? WTERMSIG(status) : WEXITSTATUS(status);
  ended.user = milliseconds_of(usage.ru_utime);
  ended.system = milliseconds_of(usage.ru_stime);
  ended.max_rss = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  return ended;
}

std::vector<pid_t> children() {
  std::vector<pid_t> result;
  const std::unique_ptr<DIR, int (*)(DIR*)> threads(::opendir("/proc/self/task"), ::closedir);
  bool listed = false;
  while (threads != nullptr) {
    const dirent* entry = ::readdir(threads.get());
    if (entry == nullptr) {
      break;
    }
    std::ifstream list("/proc/self/task/" + std::string(entry->d_name) + "/children");
    if (entry->d_name[0] == '.' || !list) {
      continue;
    }
    listed = true;
    for (pid_t pid = 0; list >> pid;) {
      result.push_back(pid);
    }
  }
  return listed ? result : children_by_scan();
}

}  // namespace mlpipe::adapter
