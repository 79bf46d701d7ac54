// What the kernel says about our children: who ended and at what cost, who is left.
// Knows nothing of stages; it never signals anybody.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace mlpipe::adapter {

struct Ended {
  bool signalled = false;
  int value = 0;  // exit code or signal
  std::chrono::milliseconds user{0};
  std::chrono::milliseconds system{0};
  std::uint64_t max_rss = 0;  // bytes
};

// Orphaned descendants become our children from now on, instead of those of process 1.
void adopt_orphans();

enum class Children : std::uint8_t { none, alive, ended };
// `ended`: `pid` is one that can be reaped; until it is, its id and its group's id are not reused.
struct Glance {
  Children children = Children::none;
  pid_t pid = 0;
};
[[nodiscard]] Glance look_for_ended_child();
[[nodiscard]] bool has_ended(pid_t child);
[[nodiscard]] std::optional<int> stopped_by(pid_t child);  // takes the report of a stop, if any

// Reaps an ended child. The cost includes the descendants that it waited for itself.
Ended reap(pid_t child);

// Every direct child of ours, ended ones included.
[[nodiscard]] std::vector<pid_t> children();

}  // namespace mlpipe::adapter
