// How a verdict is put together: what a rule says of its metric, zones, severity. Pure.
#pragma once

#include <optional>
#include <string>

#include "stages/data_check/judge.hpp"
#include "stages/data_check/metric.hpp"

namespace mlpipe::stages::data_check {

// What the rule itself says of the metric, and how a message tells it.
struct Opinion {
  bool bad = false;
  std::string message;  // what was measured
  std::string why;      // what is wrong with it; empty where it holds
  std::string tail;     // rows and values at fault
  std::string fine;     // what holds, where all does
};

// Zones come before the rule's own opinion; the worse one wins.
[[nodiscard]] CheckVerdict conclude(const Check& check, const std::optional<Metric>& metric,
                                    const Opinion& opinion);

// What a broken rule means, by its severity.
[[nodiscard]] CheckStatus broken(const Check& check);
// There is nothing to check.
[[nodiscard]] CheckVerdict empty(const Check& check, std::int64_t missing);
// How a message about a number begins: "price: mean".
[[nodiscard]] std::string named(const Check& check);

}  // namespace mlpipe::stages::data_check
