#include "stages/statistics/draw_interval.hpp"

#include <algorithm>
#include <cmath>

#include "stages/statistics/distributions.hpp"

namespace mlpipe::stages::statistics {

DrawDistribution::DrawDistribution(std::vector<double> draws, Bend bend)
    : sorted_(std::move(draws)), bend_(bend) {
  std::sort(sorted_.begin(), sorted_.end());
}

double DrawDistribution::standard_error() const {
  double mean = 0;
  double squares = 0;
  double count = 0;
  for (const double value : sorted_) {  // Welford
    count += 1;
    const double step = value - mean;
    mean += step / count;
    squares += step * (value - mean);
  }
  return count > 1 ? std::sqrt(squares / (count - 1)) : 0;
}

double DrawDistribution::quantile(double level) const {
  double at = level;
  if (bend_.bias != 0 || bend_.acceleration != 0) {
    const double z = bend_.bias + normal_quantile(level);
    at = normal_cdf(bend_.bias + z / (1 - bend_.acceleration * z));
  }
  const double place = std::clamp(at, 0.0, 1.0) * static_cast<double>(sorted_.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted_.size() - 1);
  return sorted_[below] + (place - static_cast<double>(below)) * (sorted_[above] - sorted_[below]);
}

double DrawDistribution::unbent(double share) const {
  if (bend_.bias == 0 && bend_.acceleration == 0) {
    return share;
  }
  const double z = normal_quantile(share) - bend_.bias;
  return normal_cdf(z / (1 + bend_.acceleration * z) - bend_.bias);
}

double DrawDistribution::tail_below(double value) const {
  const auto count = static_cast<double>(std::upper_bound(sorted_.begin(), sorted_.end(), value) -
                                         sorted_.begin());
  return std::min(1.0, unbent((1 + count) / (1 + static_cast<double>(sorted_.size()))));
}

double DrawDistribution::tail_above(double value) const {
  const auto count =
      static_cast<double>(sorted_.end() - std::lower_bound(sorted_.begin(), sorted_.end(), value));
  const double share = (1 + count) / (1 + static_cast<double>(sorted_.size()));
  return std::min(1.0, 1 - unbent(1 - share));
}

Bend bend_of(std::span<const double> draws, double observed, double acceleration) {
  double below = 0;
  double equal = 0;
  for (const double value : draws) {
    below += value < observed ? 1 : 0;
    equal += value == observed ? 1 : 0;
  }
  const auto count = static_cast<double>(draws.size());
  // Off the ends by half a draw, where the quantile would be infinite.
  const double share = std::clamp((below + equal / 2) / count, 0.5 / count, 1 - 0.5 / count);
  return {normal_quantile(share), acceleration};
}

}  // namespace mlpipe::stages::statistics
