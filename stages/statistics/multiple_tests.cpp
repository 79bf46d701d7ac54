#include "stages/statistics/multiple_tests.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace mlpipe::stages::statistics {
namespace {

std::vector<std::size_t> ascending(const std::vector<double>& p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  return order;
}

}  // namespace

std::vector<double> holm(const std::vector<double>& p_values) {
  std::vector<double> adjusted(p_values.size());
  double highest = 0;
  std::size_t left = p_values.size();
  for (const std::size_t i : ascending(p_values)) {
    highest = std::max(highest, std::min(1.0, p_values[i] * static_cast<double>(left--)));
    adjusted[i] = highest;
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg(const std::vector<double>& p_values) {
  std::vector<double> adjusted(p_values.size());
  const std::vector<std::size_t> order = ascending(p_values);
  const auto tests = static_cast<double>(p_values.size());
  double lowest = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    const std::size_t i = order[rank - 1];
    lowest = std::min(lowest, p_values[i] * (tests / static_cast<double>(rank)));
    adjusted[i] = lowest;
  }
  return adjusted;
}

}  // namespace mlpipe::stages::statistics
