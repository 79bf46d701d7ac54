// Reasons, states and numbers of a run in words for people.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "runner/plan/decision.hpp"
#include "runner/report/line.hpp"
#include "runner/run/event.hpp"

namespace mlpipe::report {

// "src/train.py changed", "train.depth: 3 -> 4", "never run", "output build/model missing".
[[nodiscard]] std::string reason_text(const plan::Change& change);
// The first two of them, joined, and how many more.
[[nodiscard]] std::string reasons_text(std::span<const plan::Change> changes);

[[nodiscard]] Style style_of(run::StageState state);
// "7 stages", "1 stage".
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);
// "0.8123", "1,234,567", "1.2e-09": at most five significant digits where it is not whole.
[[nodiscard]] std::string number_text(double value);
// "accuracy 0.81 -> 0.83" for those that moved; "" where none did.
[[nodiscard]] std::string moved_text(std::span<const run::MetricValue> metrics);
// "12 s", "3 min 20 s": without fractions, for displays that change while one looks.
[[nodiscard]] std::string elapsed_text(std::chrono::milliseconds elapsed);

}  // namespace mlpipe::report
