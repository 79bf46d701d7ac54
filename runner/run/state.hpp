// The states a stage can end in, and the one table that maps them to what dependants do, run status and exit code.
#pragma once

#include <cstdint>
#include <string_view>

namespace mlpipe::run {

enum class StageState : std::uint8_t {
  passed, warned, failed, errored, skipped, blocked, cancelled, reused, restored
};

[[nodiscard]] std::string_view name(StageState state);
// Whether a dependant may run after this state.
[[nodiscard]] bool lets_pass(StageState state);

}  // namespace mlpipe::run
