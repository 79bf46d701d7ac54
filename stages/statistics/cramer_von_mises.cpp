#include "stages/statistics/cramer_von_mises.hpp"

#include <algorithm>
#include <boost/math/special_functions/bessel.hpp>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <vector>

#include "stages/statistics/distributions.hpp"

namespace mlpipe::stages::statistics {
namespace {

// Four times the sum over `count` values, the first at place `first + 1` of its sample, of
// (rank - place)^2, all of one rank (given twice).
Wide squares(Wide rank_twice, Wide first, Wide count) {
  const Wide away = rank_twice - 2 * first;  // twice (rank - first)
  return count * away * away - 2 * away * count * (count + 1) +
         2 * count * (count + 1) * (2 * count + 1) / 3;
}

using Table = std::map<std::uint64_t, std::uint64_t>;  // value -> number of paths

// The limiting distribution (Anderson and Darling 1952; Csorgo and Faraway 1996, equation 1.3).
double limit_cdf(double x) {
  constexpr double enough = 1e-16;
  double sum = 0;
  for (double k = 0;; ++k) {
    const double y = 4 * k + 1;
    const double q = y * y / (16 * x);
    const double scale = std::exp(log_gamma(k + 0.5) - log_gamma(k + 1) - q) /
                         (std::pow(std::numbers::pi, 1.5) * std::sqrt(x));
    // Beyond this the product is zero, and the library would have to say so.
    const double term = q > 700 ? 0 : scale * std::sqrt(y) * boost::math::cyl_bessel_k(0.25, q);
    sum += term;
    if (!(std::abs(term) > enough)) {
      return sum;
    }
  }
}

}  // namespace

CramerVonMises cramer_von_mises_statistic(const Pair& pair) {
  const auto n = static_cast<Wide>(pair.frequencies.reference_total);
  const auto m = static_cast<Wide>(pair.frequencies.current_total);
  Wide reference = 0;
  Wide current = 0;
  Wide left = 0;
  Wide right = 0;
  for (std::size_t i = 0; i < pair.values.size(); ++i) {
    const auto in_reference = static_cast<Wide>(pair.frequencies.reference[i]);
    const auto in_current = static_cast<Wide>(pair.frequencies.current[i]);
    const Wide rank_twice = 2 * (left + right) + in_reference + in_current + 1;
    reference += squares(rank_twice, left, in_reference);
    current += squares(rank_twice, right, in_current);
    left += in_reference;
    right += in_current;
  }
  CramerVonMises statistic;
  statistic.u_times_four = n * reference + m * current;
  // T = U / (k N) - (4 k - 1) / (6 N), over one denominator so that nothing cancels.
  const Wide k = n * m;
  statistic.t = static_cast<double>(3 * statistic.u_times_four - 2 * k * (4 * k - 1)) /
                (12 * static_cast<double>(k) * static_cast<double>(n + m));
  return statistic;
}

double cramer_von_mises_exact_sf(Wide u_times_four, std::uint64_t n, std::uint64_t m) {
  const std::uint64_t lcm = std::lcm(n, m);
  const auto a = static_cast<std::int64_t>(lcm / n);
  const auto b = static_cast<std::int64_t>(lcm / m);
  const auto k = static_cast<Wide>(n * m);
  // The least value of the recursion's sum that stands for this U: a floor, as scipy takes it.
  const Wide numerator =
      static_cast<Wide>(lcm * lcm * (n + m)) * (3 * u_times_four - 2 * k * (4 * k - 1));
  const Wide denominator = 12 * k * k;
  Wide least = numerator / denominator;
  if (numerator % denominator < 0) {
    --least;
  }
  std::vector<Table> tables(n + 1);
  tables[0] = {{0, 1}};
  for (std::uint64_t u = 0; u <= m; ++u) {
    Table from_left;
    for (std::uint64_t v = 0; v <= n; ++v) {
      Table sum = tables[v];
      for (const auto& [value, count] : from_left) {
        sum[value] += count;
      }
      const std::int64_t gap = a * static_cast<std::int64_t>(v) - b * static_cast<std::int64_t>(u);
      Table moved;
      for (const auto& [value, count] : sum) {
        moved.emplace_hint(moved.end(), value + static_cast<std::uint64_t>(gap * gap), count);
      }
      from_left = moved;
      tables[v] = std::move(moved);
    }
  }
  double part = 0;
  double all = 0;
  for (const auto& [value, count] : tables[n]) {
    all += static_cast<double>(count);
    part += static_cast<Wide>(value) >= least ? static_cast<double>(count) : 0;
  }
  return part / all;
}

double cramer_von_mises_limit_sf(double t, std::uint64_t n, std::uint64_t m) {
  const auto x = static_cast<double>(n);
  const auto y = static_cast<double>(m);
  const double k = x * y;
  const double all = x + y;
  const double expected = (1 + 1 / all) / 6;
  const double variance =
      (all + 1) * (4 * k * all - 3 * (x * x + y * y) - 2 * k) / (45 * all * all * 4 * k);
  const double standard = 1.0 / 6 + (t - expected) / std::sqrt(45 * variance);
  constexpr double surely = 0.003;  // the distribution function is below 1e-17 there
  return standard < surely ? 1.0 : std::max(0.0, 1 - limit_cdf(standard));
}

}  // namespace mlpipe::stages::statistics
