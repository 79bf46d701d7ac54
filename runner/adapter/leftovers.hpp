// Descendants that outlive their stage: they left its group, became our children when their parent
// died, and are known by the token in their environment. Knows nothing of why a stage ended.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runner/port/process.hpp"

namespace mlpipe::adapter {

inline constexpr std::string_view kTokenVariable = "MLPIPE_STAGE_TOKEN";

class Leftovers {
 public:
  // From now on descendants with this token are left over; an empty token is nobody's.
  void stage_ended(const std::string& token, port::ProcessId id);
  void stage_started(const std::string& token);

  // Kills those among our children that `is_running` does not claim. One that dies may leave
  // children of its own, which become ours by then: to be called again after each reaping.
  void kill_orphans(const std::function<bool(pid_t)>& is_running);
  void reaped(pid_t pid);
  // Whether a killed one of this stage has yet to be reaped.
  [[nodiscard]] bool pending(port::ProcessId id) const;
  [[nodiscard]] std::vector<pid_t> pending() const;

 private:
  std::unordered_map<std::string, port::ProcessId> ended_;
  std::vector<std::pair<pid_t, port::ProcessId>> killed_;
};

}  // namespace mlpipe::adapter
