// The one number that a check is judged by, taken from what was measured, and whether it lies in a
// zone. Pure.
#pragma once

#include <optional>
#include <string>

#include "stages/data_check/config.hpp"
#include "stages/data_check/measure.hpp"

namespace mlpipe::stages::data_check {

struct Metric {
  // count: of rows (or periods) at fault among `whole`; number: a value of its own.
  enum class Sort : std::uint8_t { count, number };
  Sort sort = Sort::number;
  double value = 0;
  double whole = 0;
  // What is kept for later runs: a number as it is, a count as its share.
  [[nodiscard]] double kept() const;
};

// nullopt: nothing could be measured, as there are no values.
[[nodiscard]] std::optional<Metric> metric_of(const Check& check, const Measured& measured);
// Whether the rule's metric is a count of rows at fault, so that `mostly` may stand beside it.
[[nodiscard]] bool counts_rows(const Rule& rule);

[[nodiscard]] bool lies_in(const Zone& zone, const Metric& metric);
// Reads "> 5", "<= 0.1%", "between 1 and 5", "not between 1% and 5%".
[[nodiscard]] std::optional<Zone> parse_zone(std::string_view text);

// "below 5", "not 3"; empty: it lies within. Asked so that a NaN holds no bound.
[[nodiscard]] std::string fault_of(const Bounds& bounds, double value);

}  // namespace mlpipe::stages::data_check
