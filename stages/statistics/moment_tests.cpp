#include "stages/statistics/moment_tests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "stages/statistics/distributions.hpp"
#include "stages/statistics/draw.hpp"
#include "stages/statistics/exact_sum.hpp"

namespace mlpipe::stages::statistics {
namespace {

constexpr std::size_t width = 4;  // two points of the characteristic function, cosine and sine
using Vector = std::array<double, width>;
using Square = std::array<Vector, width>;

Vector features(double value, double scale) {
  constexpr std::array points{0.4, 0.8};
  return {std::cos(points[0] / scale * value), std::cos(points[1] / scale * value),
          std::sin(points[0] / scale * value), std::sin(points[1] / scale * value)};
}

struct Moments {
  Vector mean{};
  Square covariance{};
};

Moments moments(const std::vector<double>& values, const std::vector<std::uint64_t>& counts,
                double total, double scale) {
  Moments result;
  std::array<ExactSum, width> sums;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Vector point = features(values[i], scale);
    for (std::size_t r = 0; r < width; ++r) {
      sums[r].add(point[r], counts[i]);
    }
  }
  for (std::size_t r = 0; r < width; ++r) {
    result.mean[r] = sums[r].value() / total;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Vector point = features(values[i], scale);
    for (std::size_t r = 0; r < width; ++r) {
      for (std::size_t c = 0; c < width; ++c) {
        result.covariance[r][c] += (point[r] - result.mean[r]) * (point[c] - result.mean[c]) *
                                   static_cast<double>(counts[i]) / total;
      }
    }
  }
  return result;
}

// Jacobi's rotations: eigenvalues into the diagonal of `matrix`, eigenvectors as columns.
Square diagonalise(Square& matrix) {
  Square vectors{};
  for (std::size_t i = 0; i < width; ++i) {
    vectors[i][i] = 1;
  }
  constexpr int most_sweeps = 60;
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    for (std::size_t p = 0; p < width; ++p) {
      for (std::size_t q = p + 1; q < width; ++q) {
        if (matrix[p][q] == 0) {
          continue;
        }
        const double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
        const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const double c = 1 / std::sqrt(t * t + 1);
        const double s = t * c;
        for (std::size_t k = 0; k < width; ++k) {
          const double left = matrix[k][p];
          const double right = matrix[k][q];
          matrix[k][p] = c * left - s * right;
          matrix[k][q] = s * left + c * right;
        }
        for (std::size_t k = 0; k < width; ++k) {
          const double left = matrix[p][k];
          const double right = matrix[q][k];
          matrix[p][k] = c * left - s * right;
          matrix[q][k] = s * left + c * right;
          const double x = vectors[k][p];
          const double y = vectors[k][q];
          vectors[k][p] = c * x - s * y;
          vectors[k][q] = s * x + c * y;
        }
      }
    }
  }
  return vectors;
}

Tally pooled(const Pair& pair) {
  Tally all;
  all.values = pair.values;
  all.total = pair.frequencies.reference_total + pair.frequencies.current_total;
  for (std::size_t i = 0; i < pair.values.size(); ++i) {
    all.counts.push_back(pair.frequencies.reference[i] + pair.frequencies.current[i]);
  }
  return all;
}

std::vector<double> rows_of(const Tally& tally) {
  std::vector<double> rows;
  rows.reserve(tally.total);
  for (std::size_t i = 0; i < tally.values.size(); ++i) {
    rows.insert(rows.end(), tally.counts[i], tally.values[i]);
  }
  return rows;
}

// Half the median squared distance of all pairs of rows, each with itself too; numpy's "nearest".
double squared_width(const std::vector<double>& rows) {
  std::vector<double> squares;
  squares.reserve(rows.size() * rows.size());
  for (const double x : rows) {
    for (const double y : rows) {
      squares.push_back((x - y) * (x - y));
    }
  }
  const auto place =
      static_cast<std::ptrdiff_t>(std::nearbyint(0.5 * static_cast<double>(squares.size() - 1)));
  std::nth_element(squares.begin(), squares.begin() + place, squares.end());
  const double median = squares[static_cast<std::size_t>(place)];
  return median > 0 ? median / 2 : 0.5;
}

}  // namespace

Result<Measured> student_t_test(const Tally& reference, const Tally& current) {
  const auto n = static_cast<double>(reference.total);
  const auto m = static_cast<double>(current.total);
  const double df = n + m - 2;
  const double left = mean(reference);
  const double right = mean(current);
  const double pooled_variance =
      (squares_around(reference, left) + squares_around(current, right)) / df;
  const double t = (left - right) / std::sqrt(pooled_variance * (1 / n + 1 / m));
  if (df < 1 || std::isnan(t)) {
    return fail(Code::invalid, df < 1 ? "the t test needs at least three values in all"
                                      : "both samples are one and the same constant");
  }
  return Measured{t, student_t_two_sided(t, df)};
}

Result<Measured> epps_singleton(const Pair& pair) {
  const Frequencies& counts = pair.frequencies;
  constexpr std::uint64_t least = 5;
  if (counts.reference_total < least || counts.current_total < least) {
    return fail(Code::invalid, "each sample needs at least five values");
  }
  const Tally all = pooled(pair);
  const double scale = (quantile(all, 0.75) - quantile(all, 0.25)) / 2;
  if (!(scale > 0)) {
    return fail(Code::invalid, "half of all values are equal: the interquartile range is zero");
  }
  const auto n = static_cast<double>(counts.reference_total);
  const auto m = static_cast<double>(counts.current_total);
  const Moments reference = moments(pair.values, counts.reference, n, scale);
  const Moments current = moments(pair.values, counts.current, m, scale);
  Square matrix{};
  Vector away{};
  for (std::size_t r = 0; r < width; ++r) {
    away[r] = reference.mean[r] - current.mean[r];
    for (std::size_t c = 0; c < width; ++c) {
      matrix[r][c] =
          (n + m) / n * reference.covariance[r][c] + (n + m) / m * current.covariance[r][c];
    }
  }
  const Square vectors = diagonalise(matrix);
  double largest = 0;
  for (std::size_t i = 0; i < width; ++i) {
    largest = std::max(largest, std::abs(matrix[i][i]));
  }
  constexpr double cutoff = 1e-15;  // of numpy.linalg.pinv
  double statistic = 0;
  double rank = 0;
  for (std::size_t i = 0; i < width; ++i) {
    if (std::abs(matrix[i][i]) > cutoff * largest) {
      double along = 0;
      for (std::size_t r = 0; r < width; ++r) {
        along += vectors[r][i] * away[r];
      }
      statistic += (n + m) * along * along / matrix[i][i];
      rank += 1;
    }
  }
  if (rank == 0) {
    return fail(Code::invalid, "both samples are constants: their variance is zero");
  }
  constexpr double small = 25;  // below this Epps and Singleton shrink the statistic
  if (std::max(n, m) < small) {
    statistic /= 1 + std::pow(n + m, -0.45) + 10.1 * (std::pow(n, -1.7) + std::pow(m, -1.7));
  }
  return Measured{statistic, chi_squared_sf(statistic, rank)};
}

Result<Measured> mean_discrepancy(const Tally& reference, const Tally& current,
                                  std::uint32_t permutations) {
  const std::uint64_t n = reference.total;
  const std::uint64_t m = current.total;
  if (n < 2 || m < 2 || n + m > most_discrepancy_rows) {
    return fail(
        Code::invalid,
        fmt::format("empirical_mmd takes 2 to {} rows in all, not {} and {}: its work grows "
                    "with their square; compare a sample, or use `ed`",
                    most_discrepancy_rows, n, m));
  }
  std::vector<double> rows = rows_of(reference);
  const double gamma = 1 / (2 * squared_width(rows));
  const std::vector<double> more = rows_of(current);
  rows.insert(rows.end(), more.begin(), more.end());
  const std::size_t all = rows.size();
  // in_reference[i] holds one flag a permutation; number 0 is the division as it is.
  std::vector<std::vector<double>> in_reference(all, std::vector<double>(permutations + 1));
  Draw draw(0);
  std::vector<double> flags(all, 0.0);
  std::fill_n(flags.begin(), n, 1.0);
  for (std::uint32_t k = 0; k <= permutations; ++k) {
    for (std::size_t i = all; k > 0 && i > 1; --i) {
      std::swap(flags[i - 1], flags[draw.below(i)]);
    }
    for (std::size_t i = 0; i < all; ++i) {
      in_reference[i][k] = flags[i];
    }
  }
  std::vector<double> within_reference(permutations + 1, 0.0);
  std::vector<double> touching(permutations + 1, 0.0);  // pairs with one row of the reference
  double total = 0;
  for (std::size_t i = 0; i < all; ++i) {
    for (std::size_t j = i + 1; j < all; ++j) {
      const double kernel = std::exp(-gamma * (rows[i] - rows[j]) * (rows[i] - rows[j]));
      total += kernel;
      for (std::size_t k = 0; k <= permutations; ++k) {
        within_reference[k] += kernel * in_reference[i][k] * in_reference[j][k];
        touching[k] += kernel * (in_reference[i][k] + in_reference[j][k]);
      }
    }
  }
  const auto a = static_cast<double>(n);
  const auto b = static_cast<double>(m);
  std::vector<double> distance(permutations + 1);
  for (std::size_t k = 0; k <= permutations; ++k) {
    const double across = touching[k] - 2 * within_reference[k];
    const double within_current = total - within_reference[k] - across;
    distance[k] = 2 * within_reference[k] / (a * (a - 1)) + 2 * within_current / (b * (b - 1)) -
                  2 * across / (a * b);
  }
  const auto as_far = std::count_if(distance.begin() + 1, distance.end(),
                                    [&](double one) { return one >= distance[0]; });
  return Measured{distance[0], static_cast<double>(as_far) / static_cast<double>(permutations)};
}

}  // namespace mlpipe::stages::statistics
