#include "stages/statistics/draw.hpp"

#include <algorithm>
#include <cmath>

#include "stages/statistics/distributions.hpp"

namespace mlpipe::stages::statistics {

std::uint64_t Draw::next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31);
}

double Draw::uniform() {
  constexpr double unit = 0x1p-53;
  return static_cast<double>(next() >> 11) * unit;
}

std::uint64_t Draw::below(std::uint64_t limit) {
  // Numbers above the last whole multiple of the limit are drawn again.
  const std::uint64_t uneven = (~limit + 1) % limit;
  std::uint64_t number = next();
  while (number < uneven) {
    number = next();
  }
  return number % limit;
}

std::uint64_t hypergeometric(Draw& draw, std::uint64_t total, std::uint64_t marked,
                             std::uint64_t wanted) {
  const std::uint64_t low = wanted > total - marked ? wanted - (total - marked) : 0;
  const std::uint64_t high = std::min(marked, wanted);
  if (low == high) {
    return low;
  }
  const auto n = static_cast<double>(total);
  const auto k = static_cast<double>(marked);
  const auto w = static_cast<double>(wanted);
  const auto mode = std::clamp(static_cast<std::uint64_t>((w + 1) * (k + 1) / (n + 2)), low, high);
  const auto at = static_cast<double>(mode);
  const double peak = std::exp(log_choose(k, at) + log_choose(n - k, w - at) - log_choose(n, w));
  double left = draw.uniform() - peak;
  double down = peak;
  double up = peak;
  std::uint64_t below = mode;
  std::uint64_t above = mode;
  while (left > 0 && (below > low || above < high)) {
    if (above < high) {
      const auto x = static_cast<double>(above++);
      up *= (k - x) * (w - x) / ((x + 1) * (n - k - w + x + 1));
      if ((left -= up) <= 0) {
        return above;
      }
    }
    if (below > low) {
      const auto x = static_cast<double>(below--);
      down *= x * (n - k - w + x) / ((k - x + 1) * (w - x + 1));
      if ((left -= down) <= 0) {
        return below;
      }
    }
    if (up + down == 0) {
      break;  // the rest is rounding
    }
  }
  return mode;
}

}  // namespace mlpipe::stages::statistics
