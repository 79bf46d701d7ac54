// Whether the kernel's out-of-memory killer was at work. Knows nothing of processes of ours.
#pragma once

#include <chrono>
#include <cstdint>

#include "runner/adapter/unique_fd.hpp"

namespace mlpipe::adapter {

// Counts kills in our own control group (v2, v1) where it has a counter, else on the whole machine.
class OomWatch {
 public:
  OomWatch();
  [[nodiscard]] std::uint64_t kills();         // now
  [[nodiscard]] std::uint64_t recent_kills();  // at most a second old: cheap enough for every start

 private:
  UniqueFd counter_;
  std::uint64_t last_ = 0;
  std::chrono::steady_clock::time_point read_at_;
};

}  // namespace mlpipe::adapter
