#include "stages/statistics/matched_pairs.hpp"

#include <algorithm>
#include <cmath>

#include "stages/statistics/distributions.hpp"

namespace mlpipe::stages::statistics {
namespace {

double exact_tail(std::uint64_t fewer, std::uint64_t discordant) {
  return binomial_cdf(static_cast<std::int64_t>(fewer), static_cast<std::int64_t>(discordant), 0.5);
}

// Where the score crosses `level`, between `inside` (|score| small) and the end of the range.
double crossing(const Discordance& pairs, double inside, double end, double level) {
  double low = inside;
  double high = end;
  for (int i = 0; i < 200 && low != high; ++i) {
    const double middle = low + (high - low) / 2;
    if (middle == low || middle == high) {
      break;
    }
    const double score = tango_score(pairs, middle);
    (std::abs(score) <= level ? low : high) = middle;
  }
  return high;
}

}  // namespace

double Discordance::difference() const {
  return rows == 0 ? 0
                   : (static_cast<double>(only_candidate) - static_cast<double>(only_baseline)) /
                         static_cast<double>(rows);
}

double Discordance::standard_error() const {
  const auto n = static_cast<double>(rows);
  const double share = difference();
  const auto moved = static_cast<double>(discordant()) / n;
  return rows == 0 ? 0 : std::sqrt(std::max(0.0, moved - share * share) / n);
}

double mcnemar_exact(const Discordance& pairs) {
  const std::uint64_t fewer = std::min(pairs.only_baseline, pairs.only_candidate);
  return pairs.discordant() == 0 ? 1 : std::min(1.0, 2 * exact_tail(fewer, pairs.discordant()));
}

double mcnemar_statistic_corrected(const Discordance& pairs) {
  const auto b = static_cast<double>(pairs.only_baseline);
  const auto c = static_cast<double>(pairs.only_candidate);
  const double distance = std::abs(b - c) - 1;  // as R and statsmodels: also where b = c
  return b + c == 0 ? 0 : distance * distance / (b + c);
}

double mcnemar_statistic_plain(const Discordance& pairs) {
  const auto b = static_cast<double>(pairs.only_baseline);
  const auto c = static_cast<double>(pairs.only_candidate);
  return b + c == 0 ? 0 : (b - c) * (b - c) / (b + c);
}

double mcnemar_corrected(const Discordance& pairs) {
  return chi_squared_sf(mcnemar_statistic_corrected(pairs), 1);
}

double mcnemar_plain(const Discordance& pairs) {
  return chi_squared_sf(mcnemar_statistic_plain(pairs), 1);
}

// With p12 - p21 = difference the likelihood is greatest where p21 solves 2 n x^2 + B x + C = 0.
double tango_score(const Discordance& pairs, double difference) {
  const auto n = static_cast<double>(pairs.rows);
  const auto up = static_cast<double>(pairs.only_candidate);
  const auto down = static_cast<double>(pairs.only_baseline);
  const double a = 2 * n;
  const double b = -up - down + (2 * n - up + down) * difference;
  const double c = -down * difference * (1 - difference);
  const double p21 = (std::sqrt(std::max(0.0, b * b - 4 * a * c)) - b) / (2 * a);
  const double variance = n * (2 * p21 + difference * (1 - difference));
  const double distance = up - down - n * difference;
  if (variance <= 0) {
    return distance == 0 ? 0 : std::copysign(HUGE_VAL, distance);
  }
  return distance / std::sqrt(variance);
}

Bounds tango_interval(const Discordance& pairs, double z) {
  if (pairs.rows == 0) {
    return {-1, 1};
  }
  const double middle = pairs.difference();
  return {crossing(pairs, middle, -1, z), crossing(pairs, middle, 1, z)};
}

}  // namespace mlpipe::stages::statistics
