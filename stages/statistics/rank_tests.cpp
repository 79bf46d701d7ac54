#include "stages/statistics/rank_tests.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "stages/statistics/cramer_von_mises.hpp"
#include "stages/statistics/distributions.hpp"
#include "stages/statistics/wide.hpp"

namespace mlpipe::stages::statistics {
namespace {

constexpr std::uint64_t few = 8;              // Mann-Whitney: exact up to here
constexpr std::uint64_t most_cvm_exact = 20;  // Cramer-von Mises: exact up to here
constexpr double most_exact_log = 86;         // of the number of arrangements: below 2^125

// Coefficients of the Gaussian binomial [n + m, m]: in how many of all arrangements U is k. Exact
// modulo 2^128, so that the division of one series by another is exact too.
std::vector<UnsignedWide> arrangements(std::uint64_t n, std::uint64_t m) {
  std::vector<UnsignedWide> count(n * m + 1, 0);
  count[0] = 1;
  for (std::uint64_t i = 1; i <= m; ++i) {
    for (std::uint64_t k = n * m; k >= n + i; --k) {
      count[k] -= count[k - n - i];
    }
    for (std::uint64_t k = i; k <= n * m; ++k) {
      count[k] += count[k - i];
    }
  }
  return count;
}

// P(U >= u).
double exact_sf(std::uint64_t u, std::uint64_t n, std::uint64_t m) {
  const auto count = arrangements(std::max(n, m), std::min(n, m));
  UnsignedWide part = 0;
  UnsignedWide all = 0;
  for (std::uint64_t k = 0; k < count.size(); ++k) {
    all += count[k];
    part += k >= u ? count[k] : 0;
  }
  return static_cast<double>(part) / static_cast<double>(all);
}

struct Ranks {
  Wide reference_twice = 0;  // twice the sum of the reference's ranks
  double ties = 0;           // sum of t^3 - t
};

Ranks rank(const Pair& pair) {
  Ranks ranks;
  Wide before = 0;
  for (std::size_t i = 0; i < pair.values.size(); ++i) {
    const Wide here = static_cast<Wide>(pair.frequencies.reference[i]) +
                      static_cast<Wide>(pair.frequencies.current[i]);
    ranks.reference_twice +=
        static_cast<Wide>(pair.frequencies.reference[i]) * (2 * before + here + 1);
    const auto tied = static_cast<double>(here);
    ranks.ties += tied * tied * tied - tied;
    before += here;
  }
  return ranks;
}

// The quadratic through ln(significance) over the critical values of two samples, by least squares;
// what scipy's polyfit finds.
double log_significance(double statistic) {
  constexpr std::array critical{0.675 - 0.245 - 0.105, 1.281 + 0.25 - 0.305,  1.645 + 0.678 - 0.362,
                                1.96 + 1.149 - 0.391,  2.326 + 1.822 - 0.396, 2.573 + 2.364 - 0.345,
                                3.085 + 3.615 - 0.154};
  constexpr std::array significance{0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001};
  if (statistic < critical.front() || statistic > critical.back()) {
    return std::log(statistic < critical.front() ? significance.front() : significance.back());
  }
  constexpr double centre = 3;  // keeps the normal equations well conditioned
  std::array<std::array<double, 4>, 3> rows{};
  for (std::size_t i = 0; i < critical.size(); ++i) {
    const double x = critical[i] - centre;
    const std::array<double, 3> power{1, x, x * x};
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t c = 0; c < 3; ++c) {
        rows[r][c] += power[r] * power[c];
      }
      rows[r][3] += power[r] * std::log(significance[i]);
    }
  }
  for (std::size_t pivot = 0; pivot < 3; ++pivot) {
    for (std::size_t r = 0; r < 3; ++r) {
      const double factor = r == pivot ? 0 : rows[r][pivot] / rows[pivot][pivot];
      for (std::size_t c = 0; c < 4; ++c) {
        rows[r][c] -= factor * rows[pivot][c];
      }
    }
  }
  const double x = statistic - centre;
  return rows[0][3] / rows[0][0] + x * (rows[1][3] / rows[1][1] + x * rows[2][3] / rows[2][2]);
}

// The standard deviation of the statistic of two samples (Scholz and Stephens 1987, equation 4).
double anderson_spread(double n, double m) {
  const double all = n + m;
  const double sizes = 1 / n + 1 / m;
  double h = 0;
  double g = 0;
  for (double i = all - 1, j = 2; i > 1; --i, ++j) {
    h += 1 / i;
    g += h / j;
  }
  h += 1;
  constexpr double k = 2;  // samples
  const double a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * sizes;
  const double b =
      (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * sizes - 8 * h + 4 * g - 6;
  const double c =
      (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * sizes + 4 * h;
  const double d = (2 * h + 6) * k * k - 4 * h * k;
  return std::sqrt((a * all * all * all + b * all * all + c * all + d) /
                   ((all - 1) * (all - 2) * (all - 3)));
}

}  // namespace

Result<Measured> mann_whitney(const Pair& pair, Alternative alternative) {
  if (pair.values.size() < 2) {
    return fail(Code::invalid, "all values are equal: there is no order to compare");
  }
  const std::uint64_t n = pair.frequencies.reference_total;
  const std::uint64_t m = pair.frequencies.current_total;
  const auto a = static_cast<double>(n);
  const auto b = static_cast<double>(m);
  const Ranks ranks = rank(pair);
  const Wide u_twice = ranks.reference_twice - static_cast<Wide>(n) * static_cast<Wide>(n + 1);
  const double u = static_cast<double>(u_twice) / 2;
  const double other = a * b - u;
  const double tested = alternative == Alternative::greater ? u
                        : alternative == Alternative::less  ? other
                                                            : std::max(u, other);
  double p = 0;
  if (std::min(n, m) <= few && ranks.ties == 0 && log_choose(a + b, a) < most_exact_log) {
    p = exact_sf(static_cast<std::uint64_t>(tested), n, m);
  } else {
    const double all = a + b;
    const double spread = std::sqrt(a * b / 12 * ((all + 1) - ranks.ties / (all * (all - 1))));
    p = normal_sf((tested - a * b / 2 - 0.5) / spread);
  }
  return Measured{u, std::min(1.0, alternative == Alternative::two_sided ? 2 * p : p)};
}

Result<Measured> cramer_von_mises(const Pair& pair) {
  const std::uint64_t n = pair.frequencies.reference_total;
  const std::uint64_t m = pair.frequencies.current_total;
  if (n < 2 || m < 2) {
    return fail(Code::invalid, "each sample needs at least two values");
  }
  const CramerVonMises statistic = cramer_von_mises_statistic(pair);
  return Measured{statistic.t, std::max(n, m) <= most_cvm_exact
                                   ? cramer_von_mises_exact_sf(statistic.u_times_four, n, m)
                                   : cramer_von_mises_limit_sf(statistic.t, n, m)};
}

Result<Measured> anderson_darling(const Pair& pair) {
  const auto n = static_cast<double>(pair.frequencies.reference_total);
  const auto m = static_cast<double>(pair.frequencies.current_total);
  const double all = n + m;
  if (pair.values.size() < 2 || all < 4) {
    return fail(Code::invalid, "the test needs two different values, and four in all");
  }
  std::uint64_t before = 0;
  std::uint64_t reference_before = 0;
  double reference = 0;
  double current = 0;
  for (std::size_t i = 0; i < pair.values.size(); ++i) {
    const std::uint64_t here = pair.frequencies.reference[i] + pair.frequencies.current[i];
    const auto tied = static_cast<double>(here);
    const double below = static_cast<double>(before) + tied / 2;
    const double of_reference = static_cast<double>(reference_before) +
                                static_cast<double>(pair.frequencies.reference[i]) / 2;
    const double weight = tied / all / (below * (all - below) - all * tied / 4);
    const double left = all * of_reference - below * n;
    const double right = all * (below - of_reference) - below * m;
    reference += weight * left * left;
    current += weight * right * right;
    before += here;
    reference_before += pair.frequencies.reference[i];
  }
  const double statistic =
      ((reference / n + current / m) * (all - 1) / all - 1) / anderson_spread(n, m);
  return Measured{statistic, std::exp(log_significance(statistic))};
}

}  // namespace mlpipe::stages::statistics
