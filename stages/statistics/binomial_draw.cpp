#include "stages/statistics/binomial_draw.hpp"

#include <array>
#include <cmath>

namespace mlpipe::stages::statistics {
namespace {

constexpr double inversion_limit = 10;

// ln k! - [ln sqrt(2 pi) + (k + 1/2) ln(k + 1) - (k + 1)].
double stirling_tail(double k) {
  constexpr std::array<double, 10> small{
      0.0810614667953272,  0.0413406959554092, 0.0276779256849983, 0.02079067210376509,
      0.0166446911898211,  0.0138761288230707, 0.0118967099458917, 0.0104112652619720,
      0.00925546218271273, 0.00833056343336287};
  if (k < static_cast<double>(small.size())) {
    return small.at(static_cast<std::size_t>(k));
  }
  const double next = k + 1;
  const double square = next * next;
  return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / next;
}

// p <= 1/2, n p small: the distribution function is walked from 0.
std::uint64_t by_inversion(Philox& random, std::uint64_t n, double p) {
  const double odds = p / (1 - p);
  const double first = std::exp(static_cast<double>(n) * std::log1p(-p));
  for (;;) {
    double left = random.uniform();
    double chance = first;
    for (std::uint64_t k = 0; k <= n; ++k) {
      if (left <= chance) {
        return k;
      }
      left -= chance;
      chance *= odds * (static_cast<double>(n - k) / static_cast<double>(k + 1));
    }
    // Rounding left a sliver above the last value: draw again.
  }
}

std::uint64_t by_rejection(Philox& random, std::uint64_t n, double p) {
  const auto trials = static_cast<double>(n);
  const double spread = std::sqrt(trials * p * (1 - p));
  const double b = 1.15 + 2.53 * spread;
  const double a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double centre = trials * p + 0.5;
  const double quick = 0.92 - 4.2 / b;
  const double alpha = (2.83 + 5.1 / b) * spread;
  const double odds = p / (1 - p);
  const double mode = std::floor((trials + 1) * p);
  const double at_mode = (mode + 0.5) * std::log((mode + 1) / (odds * (trials - mode + 1))) +
                         stirling_tail(mode) + stirling_tail(trials - mode);
  for (;;) {
    const double v = random.uniform();
    const double u = random.uniform() - 0.5;
    const double us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + centre);
    if (us >= 0.07 && v <= quick) {
      return static_cast<std::uint64_t>(k);
    }
    if (k < 0 || k > trials) {
      continue;
    }
    const double bound = at_mode + (trials + 1) * std::log((trials - mode + 1) / (trials - k + 1)) +
                         (k + 0.5) * std::log(odds * (trials - k + 1) / (k + 1)) -
                         stirling_tail(k) - stirling_tail(trials - k);
    if (std::log(v * alpha / (a / (us * us) + b)) <= bound) {
      return static_cast<std::uint64_t>(k);
    }
  }
}

}  // namespace

std::uint64_t draw_binomial(Philox& random, std::uint64_t n, double p) {
  if (n == 0 || p <= 0) {
    return 0;
  }
  if (p >= 1) {
    return n;
  }
  if (p > 0.5) {
    return n - draw_binomial(random, n, 1 - p);
  }
  return static_cast<double>(n) * p < inversion_limit ? by_inversion(random, n, p)
                                                      : by_rejection(random, n, p);
}

}  // namespace mlpipe::stages::statistics
