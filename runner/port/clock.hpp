// The one clock of a run.
#pragma once

#include <chrono>

namespace mlpipe::port {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::chrono::system_clock::time_point now() = 0;     // civil time: records, ages
  virtual std::chrono::steady_clock::time_point steady() = 0;  // durations, timeouts
};

}  // namespace mlpipe::port
