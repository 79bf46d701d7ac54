#include "stages/statistics/distances.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <numeric>
#include <set>

namespace mlpipe::stages::statistics {
namespace {

double sum_of(const Shares& shares) {
  return std::accumulate(shares.begin(), shares.end(), 0.0);
}

double log_in(double x, Logarithm logarithm) {
  return logarithm == Logarithm::binary ? std::log2(x) : std::log(x);
}

// Both distribution functions after each value, in steps of the pooled sample.
template <class Take>
void walk(const Pair& pair, Take take) {
  std::uint64_t reference = 0;
  std::uint64_t current = 0;
  const auto n = static_cast<double>(pair.frequencies.reference_total);
  const auto m = static_cast<double>(pair.frequencies.current_total);
  for (std::size_t i = 0; i + 1 < pair.values.size(); ++i) {
    reference += pair.frequencies.reference[i];
    current += pair.frequencies.current[i];
    take(static_cast<double>(reference) / n - static_cast<double>(current) / m,
         pair.values[i + 1] - pair.values[i]);
  }
}

// Neumaier's sum: the terms differ by many orders of magnitude.
class Sum {
 public:
  void add(double term) {
    const double next = sum_ + term;
    lost_ += std::abs(sum_) >= std::abs(term) ? (sum_ - next) + term : (term - next) + sum_;
    sum_ = next;
  }
  [[nodiscard]] double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

// The mass of each cell between neighbouring edges, for buckets that have a width.
Shares spread(const std::vector<Bucket>& buckets, const std::vector<double>& edges) {
  Shares mass(edges.empty() ? 0 : edges.size() - 1, 0.0);
  for (const Bucket& bucket : buckets) {
    if (bucket.low == bucket.high) {
      continue;
    }
    auto cell = static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), bucket.low) -
                                         edges.begin());
    for (; cell + 1 < edges.size() && edges[cell + 1] <= bucket.high; ++cell) {
      mass[cell] += (edges[cell + 1] - edges[cell]) / (bucket.high - bucket.low) * bucket.count;
    }
  }
  return mass;
}

}  // namespace

Shares shares_of(const std::vector<std::uint64_t>& counts, std::uint64_t total) {
  Shares shares(counts.size());
  std::transform(counts.begin(), counts.end(), shares.begin(), [&](std::uint64_t count) {
    return static_cast<double>(count) / static_cast<double>(total);
  });
  return shares;
}

double jensen_shannon_divergence(const Shares& p, const Shares& q, Logarithm logarithm) {
  const double p_sum = sum_of(p);
  const double q_sum = sum_of(q);
  Sum sum;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double left = p[i] / p_sum;
    const double right = q[i] / q_sum;
    const double middle = (left + right) / 2;
    sum.add(left > 0 ? left * log_in(left / middle, logarithm) : left);
    sum.add(right > 0 ? right * log_in(right / middle, logarithm) : right);
  }
  return std::max(0.0, sum.value() / 2);
}

double jensen_shannon_distance(const Shares& p, const Shares& q, Logarithm logarithm) {
  return std::sqrt(jensen_shannon_divergence(p, q, logarithm));
}

double kullback_leibler(const Shares& p, const Shares& q) {
  const double p_sum = sum_of(p);
  const double q_sum = sum_of(q);
  Sum sum;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double left = p[i] / p_sum;
    sum.add(left > 0 ? left * std::log(left / (q[i] / q_sum)) : left);
  }
  return sum.value();
}

double population_stability(const Shares& p, const Shares& q) {
  Sum sum;
  for (std::size_t i = 0; i < p.size(); ++i) {
    sum.add(p[i] == q[i] ? 0.0 : (p[i] - q[i]) * std::log(p[i] / q[i]));
  }
  return sum.value();
}

double hellinger(const Shares& p, const Shares& q) {
  Sum sum;
  for (std::size_t i = 0; i < p.size(); ++i) {
    sum.add(std::sqrt(p[i] * q[i]));
  }
  return std::sqrt(1 - std::clamp(sum.value(), 0.0, 1.0));
}

double total_variation(const Shares& p, const Shares& q) {
  Sum sum;
  for (std::size_t i = 0; i < p.size(); ++i) {
    sum.add(std::abs(p[i] - q[i]));
  }
  return sum.value() / 2;
}

double largest_difference(const Shares& p, const Shares& q) {
  double largest = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    largest = std::max(largest, std::abs(p[i] - q[i]));
  }
  return largest;
}

void fill_zeros(Shares& shares) {
  constexpr double floor = 0.0001;
  constexpr double part_of_smallest = 1e6;
  double smallest = std::numeric_limits<double>::infinity();
  for (const double share : shares) {
    smallest = share > 0 ? std::min(smallest, share) : smallest;
  }
  std::replace(shares.begin(), shares.end(), 0.0,
               smallest <= floor ? smallest / part_of_smallest : floor);
}

double wasserstein(const Pair& pair) {
  Sum sum;
  walk(pair, [&](double difference, double width) { sum.add(std::abs(difference) * width); });
  return sum.value();
}

double energy_distance(const Pair& pair) {
  Sum sum;
  walk(pair, [&](double difference, double width) { sum.add(difference * difference * width); });
  return std::numbers::sqrt2 * std::sqrt(sum.value());
}

std::optional<double> histogram_divergence(const std::vector<Bucket>& reference,
                                           const std::vector<Bucket>& current) {
  std::set<double> cuts;
  std::map<double, std::pair<double, double>> points;
  const auto look = [&](const std::vector<Bucket>& buckets, bool left) {
    for (const Bucket& bucket : buckets) {
      if (bucket.low == bucket.high) {
        auto& point = points[bucket.low];
        (left ? point.first : point.second) += bucket.count;
      } else {
        cuts.insert(bucket.low);
        cuts.insert(bucket.high);
      }
    }
  };
  look(reference, true);
  look(current, false);
  const std::vector<double> edges(cuts.begin(), cuts.end());
  Shares p = spread(reference, edges);
  Shares q = spread(current, edges);
  for (const auto& [value, mass] : points) {
    p.push_back(mass.first);
    q.push_back(mass.second);
  }
  if (!(sum_of(p) > 0) || !(sum_of(q) > 0)) {
    return std::nullopt;
  }
  return std::min(1.0, jensen_shannon_divergence(p, q, Logarithm::binary));
}

}  // namespace mlpipe::stages::statistics
