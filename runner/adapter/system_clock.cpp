#include "runner/adapter/system_clock.hpp"

namespace mlpipe::adapter {

std::chrono::system_clock::time_point SystemClock::now() {
  return std::chrono::system_clock::now();
}

std::chrono::steady_clock::time_point SystemClock::steady() {
  return std::chrono::steady_clock::now();
}

}  // namespace mlpipe::adapter
