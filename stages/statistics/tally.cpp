#include "stages/statistics/tally.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "stages/statistics/exact_sum.hpp"

namespace mlpipe::stages::statistics {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

// Below this a comparison sort is quicker than six passes.
constexpr std::size_t radix_pays = 4096;

// An order-keeping map from doubles to integers: negative numbers turned over, the rest moved up.
std::uint64_t key_of(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits & sign_bit) != 0 ? ~bits : bits | sign_bit;
}
double value_of(std::uint64_t key) {
  return std::bit_cast<double>((key & sign_bit) != 0 ? key & ~sign_bit : ~key);
}

// Least digit first; a digit that is the same everywhere costs no pass.
void radix_sort(std::vector<double>& sample) {
  constexpr unsigned digit_bits = 11;
  constexpr std::size_t digits = 6;
  constexpr std::size_t buckets = std::size_t{1} << digit_bits;
  std::vector<std::uint64_t> keys(sample.size());
  std::vector<std::uint64_t> moved(sample.size());
  std::vector<std::array<std::size_t, buckets>> histogram(digits);
  for (std::size_t i = 0; i < sample.size(); ++i) {
    keys[i] = key_of(sample[i]);
    for (std::size_t digit = 0; digit < digits; ++digit) {
      ++histogram[digit][(keys[i] >> (digit * digit_bits)) & (buckets - 1)];
    }
  }
  for (std::size_t digit = 0; digit < digits; ++digit) {
    auto& at = histogram[digit];
    if (std::find(at.begin(), at.end(), sample.size()) != at.end()) {
      continue;
    }
    std::size_t sum = 0;
    for (std::size_t& count : at) {
      sum += std::exchange(count, sum);
    }
    for (const std::uint64_t key : keys) {
      moved[at[(key >> (digit * digit_bits)) & (buckets - 1)]++] = key;
    }
    keys.swap(moved);
  }
  std::transform(keys.begin(), keys.end(), sample.begin(), value_of);
}

double moment(const Tally& tally, double centre, double scale, int power) {
  ExactSum sum;
  for (std::size_t i = 0; i < tally.values.size(); ++i) {
    sum.add(std::pow((tally.values[i] - centre) / scale, power), tally.counts[i]);
  }
  return sum.value() / static_cast<double>(tally.total);
}

}  // namespace

Tally tally_of(std::vector<double> sample) {
  std::erase_if(sample, [](double value) { return !std::isfinite(value); });
  for (double& value : sample) {
    value += 0.0;  // -0 becomes 0
  }
  if (sample.size() < radix_pays) {
    std::sort(sample.begin(), sample.end());
  } else {
    radix_sort(sample);
  }
  Tally tally;
  tally.total = sample.size();
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    if (i == 0 || sample[i] != sample[distinct - 1]) {
      sample[distinct++] = sample[i];
      tally.counts.push_back(0);
    }
    ++tally.counts.back();
  }
  sample.resize(distinct);
  tally.values = std::move(sample);
  return tally;
}

Pair pair_of(const Tally& reference, const Tally& current) {
  Pair pair;
  Frequencies& frequencies = pair.frequencies;
  frequencies.reference_total = reference.total;
  frequencies.current_total = current.total;
  const std::size_t most = reference.distinct() + current.distinct();
  pair.values.reserve(most);
  frequencies.reference.reserve(most);
  frequencies.current.reserve(most);
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < reference.distinct() || j < current.distinct()) {
    const bool left = j == current.distinct() ||
                      (i < reference.distinct() && reference.values[i] <= current.values[j]);
    const bool right = i == reference.distinct() ||
                       (j < current.distinct() && current.values[j] <= reference.values[i]);
    pair.values.push_back(left ? reference.values[i] : current.values[j]);
    frequencies.reference.push_back(left ? reference.counts[i++] : 0);
    frequencies.current.push_back(right ? current.counts[j++] : 0);
  }
  return pair;
}

double mean(const Tally& tally) {
  if (tally.total == 0) {
    return nan;
  }
  ExactSum sum;
  for (std::size_t i = 0; i < tally.values.size(); ++i) {
    sum.add(tally.values[i], tally.counts[i]);
  }
  return sum.value() / static_cast<double>(tally.total);
}

double squares_around(const Tally& tally, double centre) {
  ExactSum sum;
  for (std::size_t i = 0; i < tally.values.size(); ++i) {
    const double away = tally.values[i] - centre;
    const double square = away * away;
    if (!std::isfinite(square)) {
      return std::numeric_limits<double>::infinity();
    }
    sum.add(square, tally.counts[i]);
  }
  return sum.value();
}

double standard_deviation(const Tally& tally) {
  if (tally.total == 0) {
    return nan;
  }
  return std::sqrt(squares_around(tally, mean(tally)) / static_cast<double>(tally.total));
}

double skewness(const Tally& tally) {
  const double sigma = standard_deviation(tally);
  return sigma > 0 && std::isfinite(sigma) ? moment(tally, mean(tally), sigma, 3)
         : tally.total == 0                ? nan
                                           : 0.0;
}

double kurtosis(const Tally& tally) {
  const double sigma = standard_deviation(tally);
  return sigma > 0 && std::isfinite(sigma) ? moment(tally, mean(tally), sigma, 4) - 3
         : tally.total == 0                ? nan
                                           : 0.0;
}

double quantile(const Tally& tally, double q) {
  if (tally.total == 0) {
    return nan;
  }
  const double position = q * static_cast<double>(tally.total - 1);
  const double floor = std::floor(position);
  const auto rank = static_cast<std::uint64_t>(floor);
  std::uint64_t before = 0;
  std::size_t i = 0;
  while (i + 1 < tally.distinct() && before + tally.counts[i] <= rank) {
    before += tally.counts[i++];
  }
  const double low = tally.values[i];
  const double part = position - floor;
  if (part == 0 || rank + 1 < before + tally.counts[i] || i + 1 == tally.distinct()) {
    return low;
  }
  const double high = tally.values[i + 1];
  // As numpy does: from the nearer end, so that both ends are met exactly.
  return part >= 0.5 ? high - (high - low) * (1 - part) : low + (high - low) * part;
}

}  // namespace mlpipe::stages::statistics
