// The machine's clocks behind port::Clock.
#pragma once

#include "runner/port/clock.hpp"

namespace mlpipe::adapter {

class SystemClock final : public port::Clock {
 public:
  std::chrono::system_clock::time_point now() override;
  std::chrono::steady_clock::time_point steady() override;
};

}  // namespace mlpipe::adapter
