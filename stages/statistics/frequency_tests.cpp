#include "stages/statistics/frequency_tests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stages/statistics/distributions.hpp"
#include "stages/statistics/draw.hpp"

namespace mlpipe::stages::statistics {
namespace {

// Chance is drawn from here, so that a comparison gives the same bytes in every run.
constexpr std::uint64_t seed = 0;

double real(std::uint64_t count) {
  return static_cast<double>(count);
}

double chi_squared_p(double statistic, std::size_t categories) {
  return categories < 2 ? 1.0 : chi_squared_sf(statistic, static_cast<double>(categories - 1));
}

// The log of C(a + b, a) C(c + d, c) / C(n, a + c).
double log_probability(double a, double row1, double row2, double column) {
  return log_choose(row1, a) + log_choose(row2, column - a) - log_choose(row1 + row2, column);
}

// The counts of a random half, category by category.
std::vector<std::uint64_t> divide(Draw& draw, const std::vector<std::uint64_t>& pooled,
                                  std::uint64_t total, std::uint64_t wanted) {
  std::vector<std::uint64_t> part(pooled.size());
  for (std::size_t i = 0; i < pooled.size(); ++i) {
    part[i] = hypergeometric(draw, total, pooled[i], wanted);
    total -= pooled[i];
    wanted -= part[i];
  }
  return part;
}

// The distance summed in the order of the categories, without compensation: Evidently counts a
// division as large only where its rounded sum is, and so do we, or ties would give another p.
double plain_variation(const std::vector<std::uint64_t>& reference,
                       const std::vector<std::uint64_t>& current, const Frequencies& sizes) {
  double sum = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    sum += std::abs(real(reference[i]) / real(sizes.reference_total) -
                    real(current[i]) / real(sizes.current_total));
  }
  return sum / 2;
}

}  // namespace

Measured chi_square_fit(const Frequencies& frequencies) {
  const double scale = real(frequencies.current_total) / real(frequencies.reference_total);
  double statistic = 0;
  for (std::size_t i = 0; i < frequencies.categories(); ++i) {
    const double expected = real(frequencies.reference[i]) * scale;
    const double away = real(frequencies.current[i]) - expected;
    statistic += away * away / expected;  // infinite where nothing was expected
  }
  return {statistic, chi_squared_p(statistic, frequencies.categories())};
}

Result<Measured> g_test(const Frequencies& frequencies) {
  if (frequencies.reference_total != frequencies.current_total) {
    return fail(Code::invalid,
                fmt::format("g_test compares samples of the same size, not {} rows with {}; "
                            "chisquare scales them",
                            frequencies.reference_total, frequencies.current_total));
  }
  double statistic = 0;
  for (std::size_t i = 0; i < frequencies.categories(); ++i) {
    const double observed = real(frequencies.current[i]);
    if (observed > 0) {
      statistic += 2 * observed * std::log(observed / real(frequencies.reference[i]));
    }
  }
  return Measured{statistic, chi_squared_p(statistic, frequencies.categories())};
}

Measured two_proportions_z(const Frequencies& frequencies) {
  if (frequencies.categories() < 2) {
    return {0, 1.0};
  }
  const double n = real(frequencies.reference_total);
  const double m = real(frequencies.current_total);
  const double p = (n - real(frequencies.reference[0])) / n;
  const double q = (m - real(frequencies.current[0])) / m;
  const double pooled = (p * n + q * m) / (n + m);
  const double z = (p - q) / std::sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
  return {z, normal_two_sided(z)};
}

Result<Measured> fisher_exact(const Frequencies& frequencies) {
  if (frequencies.categories() > 2) {
    return fail(Code::invalid,
                fmt::format("fisher_exact takes two categories, not {}", frequencies.categories()));
  }
  if (frequencies.reference_total != frequencies.current_total) {
    return fail(Code::invalid,
                fmt::format("fisher_exact compares samples of the same size, not {} rows with {}",
                            frequencies.reference_total, frequencies.current_total));
  }
  if (frequencies.categories() < 2) {
    return Measured{std::numeric_limits<double>::quiet_NaN(), 1.0};
  }
  const double a = real(frequencies.current[1]);
  const double b = real(frequencies.current[0]);
  const double c = real(frequencies.reference[1]);
  const double d = real(frequencies.reference[0]);
  const double odds = b > 0 && c > 0 ? a * d / (b * c) : std::numeric_limits<double>::infinity();
  constexpr double tolerance = 1e-11;  // of the logarithm: tables as likely as this one count
  const double own = log_probability(a, a + b, c + d, a + c);
  double p = 0;
  for (double x = std::max(0.0, a - d); x <= std::min(a + b, a + c); ++x) {
    const double other = log_probability(x, a + b, c + d, a + c);
    p += other <= own + tolerance ? std::exp(other) : 0;
  }
  return Measured{odds, std::min(1.0, p)};
}

double cramers_v(const Frequencies& frequencies) {
  const double n = real(frequencies.reference_total);
  const double m = real(frequencies.current_total);
  const double all = n + m;
  double chi_squared = 0;
  for (std::size_t i = 0; i < frequencies.categories(); ++i) {
    const double both = real(frequencies.reference[i] + frequencies.current[i]);
    const double away = real(frequencies.reference[i]) - both * n / all;
    chi_squared += away * away / (both * n / all) + away * away / (both * m / all);
  }
  constexpr double rows = 2;
  const auto columns = real(frequencies.categories());
  const double phi = std::max(0.0, chi_squared / all - (rows - 1) * (columns - 1) / (all - 1));
  const double fewer_rows = rows - (rows - 1) * (rows - 1) / (all - 1);
  const double fewer_columns = columns - (columns - 1) * (columns - 1) / (all - 1);
  const double least = std::min(fewer_rows, fewer_columns) - 1;
  return least > 0 ? std::sqrt(phi / least) : 0;
}

Measured total_variation_permutation(const Frequencies& frequencies, std::uint32_t iterations) {
  const double observed = plain_variation(frequencies.reference, frequencies.current, frequencies);
  std::vector<std::uint64_t> pooled = frequencies.reference;
  for (std::size_t i = 0; i < pooled.size(); ++i) {
    pooled[i] += frequencies.current[i];
  }
  Draw draw(seed);
  std::uint32_t as_large = 0;
  for (std::uint32_t i = 0; i < iterations; ++i) {
    const auto part = divide(draw, pooled, frequencies.reference_total + frequencies.current_total,
                             frequencies.reference_total);
    std::vector<std::uint64_t> rest = pooled;
    for (std::size_t j = 0; j < rest.size(); ++j) {
      rest[j] -= part[j];
    }
    as_large += plain_variation(part, rest, frequencies) >= observed ? 1U : 0U;
  }
  return {observed, static_cast<double>(as_large) / static_cast<double>(iterations)};
}

}  // namespace mlpipe::stages::statistics
