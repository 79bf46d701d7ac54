#include "stages/statistics/paired_tests.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "stages/statistics/distributions.hpp"

namespace mlpipe::stages::statistics {
namespace {

struct Moments {
  double mean = 0;
  double variance = 0;  // n - 1
  double count = 0;
};

Moments moments(std::span<const double> values) {
  Moments found;
  double squares = 0;
  for (const double value : values) {
    found.count += 1;
    const double step = value - found.mean;
    found.mean += step / found.count;
    squares += step * (value - found.mean);
  }
  found.variance =
      found.count > 1 ? squares / (found.count - 1) : std::numeric_limits<double>::quiet_NaN();
  return found;
}

// Twice the midranks (so that they are whole) in the order given, and sum(t^3 - t) over the ties.
struct DoubledRanks {
  std::vector<std::uint64_t> ranks;
  double ties = 0;
};

DoubledRanks doubled_ranks(std::span<const double> values) {
  std::vector<std::uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return values[a] < values[b]; });
  DoubledRanks found{std::vector<std::uint64_t>(values.size()), 0};
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) {
      ++end;
    }
    const auto size = static_cast<double>(end - begin);
    found.ties += size * size * size - size;
    const std::uint64_t doubled = begin + end + 1;
    for (; begin < end; ++begin) {
      found.ranks[order[begin]] = doubled;
    }
  }
  return found;
}

constexpr std::size_t most_exact = 50;

// The chance of each doubled rank sum where every sign is a fair coin.
Tails exact_signed_ranks(const std::vector<std::uint64_t>& ranks, std::uint64_t positive) {
  const std::uint64_t all = std::accumulate(ranks.begin(), ranks.end(), std::uint64_t{0});
  std::vector<double> chance(all + 1, 0.0);
  chance[0] = 1;
  for (const std::uint64_t rank : ranks) {
    for (std::uint64_t sum = all + 1; sum-- > 0;) {
      chance[sum] = (chance[sum] + (sum >= rank ? chance[sum - rank] : 0)) / 2;
    }
  }
  const auto at = chance.begin() + static_cast<std::ptrdiff_t>(positive);
  return both_tails(std::accumulate(chance.begin(), at + 1, 0.0),
                    std::accumulate(at, chance.end(), 0.0));
}

}  // namespace

Tails both_tails(double low, double high) {
  return {std::min(low, 1.0), std::min(high, 1.0), std::min(1.0, 2 * std::min(low, high))};
}

double MeanTest::tail_below(double value) const {
  const double distance = difference - value;
  if (standard_error == 0) {
    return distance < 0 ? 0 : 1;
  }
  return student_t_cdf(distance / standard_error, df);
}

double MeanTest::two_sided() const {
  if (standard_error == 0) {
    return difference == 0 ? 1 : 0;
  }
  return student_t_two_sided(difference / standard_error, df);
}

MeanTest paired_t(std::span<const double> differences) {
  const Moments all = moments(differences);
  return {all.mean, std::sqrt(all.variance / all.count), all.count - 1};
}

MeanTest welch(std::span<const double> baseline, std::span<const double> candidate) {
  const Moments a = moments(baseline);
  const Moments b = moments(candidate);
  const double share_a = a.variance / a.count;
  const double share_b = b.variance / b.count;
  const double total = share_a + share_b;
  const double below = share_a * share_a / (a.count - 1) + share_b * share_b / (b.count - 1);
  return {b.mean - a.mean, std::sqrt(total), below > 0 ? total * total / below : a.count - 1};
}

Tails wilcoxon(std::span<const double> differences) {
  std::vector<double> sizes;
  std::vector<bool> positive;
  for (const double difference : differences) {
    if (difference != 0) {
      sizes.push_back(std::abs(difference));
      positive.push_back(difference > 0);
    }
  }
  if (sizes.empty()) {
    return {};
  }
  const DoubledRanks ranked = doubled_ranks(sizes);
  std::uint64_t up = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    up += positive[i] ? ranked.ranks[i] : 0;
  }
  if (sizes.size() <= most_exact) {
    return exact_signed_ranks(ranked.ranks, up);
  }
  const auto n = static_cast<double>(sizes.size());
  const double variance = (n * (n + 1) * (2 * n + 1) - ranked.ties / 2) / 24;
  const double z = (static_cast<double>(up) / 2 - n * (n + 1) / 4) / std::sqrt(variance);
  return {normal_cdf(z), normal_sf(z), normal_two_sided(z)};
}

// U of the candidate by its chance under every order of the pooled values, without ties.
namespace {

constexpr std::size_t most_exact_ranks = 8;
constexpr std::size_t most_exact_others = 200;

Tails exact_rank_sum(std::size_t few, std::size_t many, std::uint64_t u) {
  // ways[i][s]: choices of i of the values seen so far with U = s.
  const std::size_t most = few * many;
  std::vector<std::vector<double>> ways(few + 1, std::vector<double>(most + 1, 0.0));
  ways[0][0] = 1;
  for (std::size_t seen = 0; seen < few + many; ++seen) {
    for (std::size_t i = std::min(few, seen + 1); i > 0; --i) {
      const std::size_t below = seen + 1 - i;  // values of the other side beneath the one chosen
      for (std::size_t s = below; below <= many && s <= most; ++s) {
        ways[i][s] += ways[i - 1][s - below];
      }
    }
  }
  const std::vector<double>& counts = ways[few];
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  const auto at = counts.begin() + static_cast<std::ptrdiff_t>(u);
  return both_tails(std::accumulate(counts.begin(), at + 1, 0.0) / all,
                    std::accumulate(at, counts.end(), 0.0) / all);
}

}  // namespace

Tails rank_sum(std::span<const double> baseline, std::span<const double> candidate) {
  std::vector<double> pooled(candidate.begin(), candidate.end());
  pooled.insert(pooled.end(), baseline.begin(), baseline.end());
  const DoubledRanks ranked = doubled_ranks(pooled);
  const auto end = ranked.ranks.begin() + static_cast<std::ptrdiff_t>(candidate.size());
  const auto n = static_cast<double>(candidate.size());
  const auto m = static_cast<double>(baseline.size());
  const double u =
      static_cast<double>(std::accumulate(ranked.ranks.begin(), end, std::uint64_t{0})) / 2 -
      n * (n + 1) / 2;
  const std::size_t few = std::min(candidate.size(), baseline.size());
  if (few <= most_exact_ranks && pooled.size() <= few + most_exact_others && ranked.ties == 0) {
    return exact_rank_sum(candidate.size(), baseline.size(), static_cast<std::uint64_t>(u));
  }
  const double all = n + m;
  const double variance = n * m / 12 * (all + 1 - ranked.ties / (all * (all - 1)));
  if (variance <= 0) {
    return {};
  }
  const double scale = std::sqrt(variance);
  const double middle = n * m / 2;
  const double low = normal_cdf((u - middle + 0.5) / scale);
  const double high = normal_sf((u - middle - 0.5) / scale);
  return both_tails(low, high);
}

}  // namespace mlpipe::stages::statistics
