// Locks that die with their holder. One file, .mlpipe/locks/stages, holds all stage locks as byte
// ranges (open file description locks at an offset that is a hash of the stage's label);
// .mlpipe/locks/write is the short write lock. .mlpipe/locks/runs/<run id> is held by every run
// while it lives and tells others its pid and token.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::cache {

enum class LockMode : std::uint8_t { shared, exclusive };

// Releases on destruction.
class Held {
 public:
  Held();
  Held(Held&&) noexcept;
  Held& operator=(Held&&) noexcept;
  ~Held();
  struct Impl;
  explicit Held(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

struct RunInfo {
  std::string run_id;
  std::int64_t pid = 0;
  std::string token;  // value of MLPIPE_RUN_TOKEN in the environment of everything the run started
};

class Locks {
 public:
  explicit Locks(std::string state_dir);
  ~Locks();
  // Never waits: nullopt where somebody else holds it.
  Result<std::optional<Held>> try_stage(const std::string& label, LockMode mode);
  // Waits; held only for the length of a write.
  Result<Held> write();
  // Registers this run as alive.
  Result<Held> enter(const RunInfo& self);
  // Runs that are alive now, without this one.
  Result<std::vector<RunInfo>> alive() const;
  // Registered runs whose holder died. The caller ends their processes, then calls bury().
  Result<std::vector<RunInfo>> dead() const;
  Status bury(const RunInfo& run);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// GPU slots of the machine, shared by all users of it: one locked file per slot below
// /run/lock/mlpipe or TMPDIR.
struct GpuSlots {
  std::vector<std::uint32_t> ids;
  std::vector<Held> held;
};
// `count` slots of the machine's GPUs, or nullopt while too few are free. Never waits.
Result<std::optional<GpuSlots>> try_gpus(std::uint32_t count);
// How many there are: MLPIPE_GPUS where set, else /proc/driver/nvidia/gpus, else 0.
[[nodiscard]] std::uint32_t gpu_count();

}  // namespace mlpipe::cache
