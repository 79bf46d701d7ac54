#include "stages/statistics/kolmogorov.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <vector>

#include "stages/statistics/distributions.hpp"
#include "stages/statistics/wide.hpp"

namespace mlpipe::stages::statistics {
namespace {

constexpr std::uint64_t most_exact = 10'000;

// A square matrix whose numbers carry a common power of two.
struct Matrix {
  std::size_t size = 0;
  std::vector<double> cells{};
  int exponent = 0;
  [[nodiscard]] double& at(std::size_t row, std::size_t column) {
    return cells[row * size + column];
  }
};

Matrix multiply(const Matrix& a, const Matrix& b) {
  Matrix product{a.size, std::vector<double>(a.size * a.size, 0.0), a.exponent + b.exponent};
  for (std::size_t i = 0; i < a.size; ++i) {
    for (std::size_t k = 0; k < a.size; ++k) {
      const double factor = a.cells[i * a.size + k];
      for (std::size_t j = 0; factor != 0 && j < a.size; ++j) {
        product.cells[i * a.size + j] += factor * b.cells[k * a.size + j];
      }
    }
  }
  int shift = 0;
  (void)std::frexp(*std::max_element(product.cells.begin(), product.cells.end()), &shift);
  for (double& cell : product.cells) {
    cell = std::ldexp(cell, -shift);
  }
  product.exponent += shift;
  return product;
}

// Durbin's matrix, as Marsaglia, Tsang and Wang (2003) raise it to the n-th power.
double durbin_cdf(double d, std::uint64_t n) {
  const double nd = static_cast<double>(n) * d;
  const auto k = static_cast<std::size_t>(std::ceil(nd));
  const double h = static_cast<double>(k) - nd;
  const std::size_t size = 2 * k - 1;
  Matrix step{size, std::vector<double>(size * size, 0.0), 0};
  std::vector<double> inverse_factorial(size + 2, 1.0);
  for (std::size_t i = 1; i < inverse_factorial.size(); ++i) {
    inverse_factorial[i] = inverse_factorial[i - 1] / static_cast<double>(i);
  }
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 1; j < size && j <= i + 1; ++j) {
      step.at(i, j) = inverse_factorial[i + 1 - j];
    }
    step.at(i, 0) = (1 - std::pow(h, static_cast<double>(i + 1))) * inverse_factorial[i + 1];
  }
  for (std::size_t j = 0; j < size; ++j) {
    step.at(size - 1, j) = step.at(size - 1 - j, 0);
  }
  const double corner = std::pow(std::max(2 * h - 1, 0.0), static_cast<double>(size)) -
                        2 * std::pow(h, static_cast<double>(size));
  step.at(size - 1, 0) = (1 + corner) * inverse_factorial[size];
  Matrix power{size, std::vector<double>(size * size, 0.0), 0};
  for (std::size_t i = 0; i < size; ++i) {
    power.at(i, i) = 1;
  }
  for (std::uint64_t left = n; left > 0; left /= 2) {
    if (left % 2 != 0) {
      power = multiply(power, step);
    }
    step = multiply(step, step);
  }
  double p = power.at(k - 1, k - 1);
  int exponent = power.exponent;
  for (std::uint64_t i = 1; i <= n; ++i) {  // n! / n^n
    int shift = 0;
    p = std::frexp(p * static_cast<double>(i) / static_cast<double>(n), &shift);
    exponent += shift;
  }
  return std::ldexp(p, exponent);
}

// P(D+_n >= d) of the one-sided statistic: sum of d / (d + j/n) times the binomial probability of j
// at d + j/n (Smirnov 1944).
double one_sided_sf(double d, std::uint64_t n) {
  constexpr std::uint64_t most_terms = 1'000'000;
  const auto size = static_cast<double>(n);
  if (n > most_terms) {  // Smirnov's limit with the first correction
    const double root = std::sqrt(size) * d + 1 / (6 * std::sqrt(size));
    return std::exp(-2 * root * root);
  }
  const auto last = static_cast<std::int64_t>(std::floor(size * (1 - d)));
  double sum = 0;
  for (std::int64_t j = 0; j <= last; ++j) {
    const double p = d + static_cast<double>(j) / size;
    if (p < 1) {
      sum += d / p * binomial_pmf(j, static_cast<std::int64_t>(n), p);
    }
  }
  return sum;
}

// Pelz and Good (1976): the limit and three corrections in powers of 1 / sqrt(n), written with
// theta functions for small arguments.
double pelz_good_cdf(double d, std::uint64_t n) {
  constexpr double pi2 = std::numbers::pi * std::numbers::pi;
  const auto size = static_cast<double>(n);
  const double z = std::sqrt(size) * d;
  const double z2 = z * z;
  const double z4 = z2 * z2;
  const double z6 = z4 * z2;
  const double base = -pi2 / (8 * z2);
  double k0 = 0;
  double k1 = 0;
  double k2 = 0;
  double k3 = 0;
  for (double m = 1; m * m * base > -745; m += 2) {
    const double term = std::exp(m * m * base);
    const double m2 = m * m;
    const double m4 = m2 * m2;
    k0 += term;
    k1 += term * (pi2 / 4 * m2 - z2);
    k2 += term *
          (6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * pi2 / 4 * m2 + pi2 * pi2 * (1 - 2 * z2) / 16 * m4);
    k3 += term * (-30 * z6 - 90 * z4 * z4 + pi2 * (135 * z4 - 96 * z6) / 4 * m2 +
                  pi2 * pi2 * (212 * z4 - 60 * z2) / 16 * m4 +
                  pi2 * pi2 * pi2 * (5 - 30 * z2) / 64 * m4 * m2);
  }
  double extra2 = 0;
  double extra3 = 0;
  for (double m = 1; m * m * base * 4 > -745; ++m) {
    const double term = std::exp(m * m * base * 4) * m * m;
    extra2 += term;
    extra3 += term * (3 * z2 - pi2 * m * m);
  }
  const double root = std::sqrt(2 * std::numbers::pi);
  k0 *= root / z;
  k1 *= root / (6 * z4);
  k2 = root * (k2 / (72 * z6 * z) - pi2 * extra2 / (36 * z2 * z));
  k3 = root * (k3 / (6480 * z6 * z4) + pi2 * extra3 / (216 * z6));
  return k0 + k1 / std::sqrt(size) + k2 / size + k3 / (size * std::sqrt(size));
}

// Two samples of the same size: a reflection series, written so that nothing cancels.
double equal_sizes_sf(std::uint64_t n, std::uint64_t h) {
  const auto size = static_cast<double>(n);
  const auto step = static_cast<double>(h);
  double p = 0;
  for (auto k = static_cast<double>(n / h); k >= 0; --k) {
    double term = 1;
    for (double j = 0; j < step; ++j) {
      term = (size - k * step - j) * term / (size + k * step + j + 1);
    }
    p = term * (1 - p);
  }
  return 2 * p;
}

}  // namespace

double one_sample_sf(double d, std::uint64_t n) {
  const auto size = static_cast<double>(n);
  const double nd = size * d;
  if (n == 0 || d >= 1) {
    return n == 0 ? std::numeric_limits<double>::quiet_NaN() : 0.0;
  }
  if (nd <= 0.5) {
    return 1;
  }
  if (nd <= 1) {  // Ruben and Gambino (1982)
    return 1 - std::exp(log_gamma(size + 1) - size * std::log(size) + size * std::log(2 * nd - 1));
  }
  if (nd >= size - 1) {
    return 2 * std::pow(1 - d, size);
  }
  constexpr std::uint64_t small = 140;
  constexpr double small_tail = 4;
  constexpr double tail = 2.2;
  const double square = nd * d;
  if (d >= 0.5 || square >= (n <= small ? small_tail : tail)) {
    return std::min(1.0, 2 * one_sided_sf(d, n));
  }
  constexpr std::uint64_t most_matrix = 100'000;
  const bool matrix = n <= small || (n <= most_matrix && size * std::pow(d, 1.5) <= 1.4);
  return std::clamp(1 - (matrix ? durbin_cdf(d, n) : pelz_good_cdf(d, n)), 0.0, 1.0);
}

double two_sample_sf(std::uint64_t n, std::uint64_t m, std::uint64_t difference) {
  if (difference == 0) {
    return 1;
  }
  if (n == m) {
    return std::min(1.0, equal_sizes_sf(n, difference));
  }
  if (n > m) {
    std::swap(n, m);
  }
  const std::uint64_t common = std::gcd(n, m);
  const auto across = static_cast<std::int64_t>(n / common);
  const auto along = static_cast<std::int64_t>(m / common);
  const auto bound = static_cast<std::int64_t>(difference);
  // outside[j]: the chance that a path to (i, j) has left the band |i n' - j m'| < h; the last step
  // came from (i - 1, j) with probability i / (i + j).
  std::vector<double> outside(n + 1, 1.0);
  for (std::int64_t i = 0; i <= static_cast<std::int64_t>(m); ++i) {
    const std::int64_t centre = i * across;
    const std::int64_t low = centre < bound ? 0 : (centre - bound) / along + 1;
    const std::int64_t high = std::min((centre + bound - 1) / along, static_cast<std::int64_t>(n));
    if (low > 0 && low <= high) {
      outside[static_cast<std::size_t>(low - 1)] = 1.0;
    }
    for (std::int64_t j = low; j <= high; ++j) {
      double& here = outside[static_cast<std::size_t>(j)];
      const double left = i == 0 ? 1.0 : here;
      const double below = j == 0 ? 1.0 : outside[static_cast<std::size_t>(j - 1)];
      here = i + j == 0 ? 0.0
             : i == 0   ? below
             : j == 0   ? left
                        : (left * static_cast<double>(i) + below * static_cast<double>(j)) /
                            static_cast<double>(i + j);
    }
  }
  return std::clamp(outside[n], 0.0, 1.0);
}

Measured kolmogorov_smirnov(const Pair& pair) {
  const std::uint64_t n = pair.frequencies.reference_total;
  const std::uint64_t m = pair.frequencies.current_total;
  Wide difference = 0;  // of the distribution functions, times nm
  Wide largest = 0;
  for (std::size_t i = 0; i < pair.values.size(); ++i) {
    difference += static_cast<Wide>(pair.frequencies.reference[i]) * static_cast<Wide>(m);
    difference -= static_cast<Wide>(pair.frequencies.current[i]) * static_cast<Wide>(n);
    largest = std::max(largest, difference < 0 ? -difference : difference);
  }
  const std::uint64_t common = std::gcd(n, m);
  const auto units = static_cast<std::uint64_t>(largest / static_cast<Wide>(common));
  const double lcm = static_cast<double>(n / common) * static_cast<double>(m);
  const double d = static_cast<double>(units) / lcm;
  if (std::max(n, m) <= most_exact) {
    return {d, two_sample_sf(n, m, units)};
  }
  const auto a = static_cast<double>(n);
  const auto b = static_cast<double>(m);
  return {d, one_sample_sf(d, static_cast<std::uint64_t>(std::nearbyint(a * b / (a + b))))};
}

}  // namespace mlpipe::stages::statistics
