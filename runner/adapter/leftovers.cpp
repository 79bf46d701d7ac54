#include "runner/adapter/leftovers.hpp"

#include <signal.h>

#include <algorithm>

#include "runner/adapter/environ_scan.hpp"
#include "runner/adapter/reaper.hpp"

namespace mlpipe::adapter {

void Leftovers::stage_ended(const std::string& token, port::ProcessId id) {
  if (!token.empty()) {
    ended_.insert_or_assign(token, id);
  }
}

void Leftovers::stage_started(const std::string& token) {
  ended_.erase(token);
}

void Leftovers::kill_orphans(const std::function<bool(pid_t)>& is_running) {
  if (ended_.empty()) {
    return;
  }
  for (const pid_t pid : children()) {
    const bool killed = std::any_of(killed_.begin(), killed_.end(),
                                    [&](const auto& entry) { return entry.first == pid; });
    if (killed || is_running(pid)) {
      continue;
    }
    const std::string environment = environment_of(pid);
    const auto owner = ended_.find(std::string(value_in(environment, kTokenVariable)));
    if (owner != ended_.end()) {
      ::kill(pid, SIGKILL);  // our child and not reaped: the id is its own
      killed_.emplace_back(pid, owner->second);
    }
  }
}

void Leftovers::reaped(pid_t pid) {
  std::erase_if(killed_, [&](const auto& entry) { return entry.first == pid; });
}

bool Leftovers::pending(port::ProcessId id) const {
  return std::any_of(killed_.begin(), killed_.end(),
                     [&](const auto& entry) { return entry.second == id; });
}

std::vector<pid_t> Leftovers::pending() const {
  std::vector<pid_t> result;
  for (const auto& [pid, owner] : killed_) {
    result.push_back(pid);
  }
  return result;
}

}  // namespace mlpipe::adapter
