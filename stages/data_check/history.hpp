// What earlier runs measured: the metric of each check by its name, oldest first. It is carried
// from result to result. Knows nothing of where results are kept.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace mlpipe::stages::data_check {

struct History {
  std::map<std::string, std::vector<double>> metrics;
  // nullptr: no earlier run measured it.
  [[nodiscard]] const std::vector<double>* of(const std::string& check) const;
};

inline constexpr std::size_t longest_history = 30;

// Of the details of a stored result: its own history, and what it measured itself.
[[nodiscard]] History history_after(const std::string& details);
// Only what it had before it.
[[nodiscard]] History history_before(const std::string& details);

// Whether two stored results hold the same measurement.
[[nodiscard]] bool same_measurement(const std::string& one, const std::string& other);

}  // namespace mlpipe::stages::data_check
