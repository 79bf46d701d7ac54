// Where a report writes and what it may assume of the other side. Decided by the caller; a report
// asks no environment.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace mlpipe::report {

using Writer = std::function<void(std::string_view)>;

enum class Colour : std::uint8_t { off, on };
struct Size {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

struct ReportOptions {
  Writer write;
  Colour colour = Colour::off;
  std::function<Size()> size = [] { return Size{}; };  // asked anew for every frame
  std::function<std::chrono::milliseconds()> now;      // a clock that never goes back
  std::string rerun = "mlpipe run";                    // what reruns a stage, before its name
};

}  // namespace mlpipe::report
