#include "stages/statistics/sign_flips.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stages/statistics/binomial_draw.hpp"
#include "stages/statistics/draw_threads.hpp"

namespace mlpipe::stages::statistics {
namespace {

constexpr std::size_t most_patterns = 16;
constexpr double rounding = 1e-12;  // of the sum of sizes: two sums this close are equal

Tails all_patterns(const std::vector<double>& sizes, double found) {
  const std::uint64_t patterns = std::uint64_t{1} << sizes.size();
  const double total = std::accumulate(sizes.begin(), sizes.end(), 0.0);
  double low = 0;
  double high = 0;
  for (std::uint64_t pattern = 0; pattern < patterns; ++pattern) {
    double sum = -total;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      sum += (pattern >> i & 1U) != 0 ? 2 * sizes[i] : 0;
    }
    low += sum <= found + rounding * total ? 1 : 0;
    high += sum >= found - rounding * total ? 1 : 0;
  }
  const auto count = static_cast<double>(patterns);
  return both_tails(low / count, high / count);
}

// Sizes that occur often are a cell, of which the number that turns positive is binomial; the
// others take one bit each.
struct Sizes {
  std::vector<double> repeated;
  std::vector<std::uint64_t> times;
  std::vector<double> single;
  double total = 0;
};

Sizes grouped(std::vector<double> sizes) {
  std::sort(sizes.begin(), sizes.end());
  Sizes found;
  for (std::size_t begin = 0; begin < sizes.size();) {
    std::size_t end = begin;
    while (end < sizes.size() && sizes[end] == sizes[begin]) {
      found.total += sizes[end++];
    }
    if (end - begin > 1) {
      found.repeated.push_back(sizes[begin]);
      found.times.push_back(end - begin);
    } else {
      found.single.push_back(sizes[begin]);
    }
    begin = end;
  }
  return found;
}

double flipped_sum(const Sizes& sizes, const DrawPlan& plan, std::uint32_t draw) {
  double positive = 0;
  Philox cells({plan.seed, plan.stream, draw, 0});
  for (std::size_t i = 0; i < sizes.repeated.size(); ++i) {
    positive += sizes.repeated[i] * static_cast<double>(draw_binomial(cells, sizes.times[i], 0.5));
  }
  Philox signs({plan.seed, plan.stream, draw, 1});
  for (std::size_t i = 0; i < sizes.single.size();) {
    std::uint64_t word = signs.next();
    const std::size_t end = std::min(i + 64, sizes.single.size());
    for (; i < end; ++i, word >>= 1U) {
      positive += sizes.single[i] * static_cast<double>(word & 1U);
    }
  }
  return 2 * positive - sizes.total;
}

}  // namespace

Tails sign_flips(std::span<const double> differences, const DrawPlan& plan) {
  std::vector<double> all;
  double found = 0;
  for (const double difference : differences) {
    found += difference;
    if (difference != 0) {
      all.push_back(std::abs(difference));
    }
  }
  if (all.size() <= most_patterns) {
    return all_patterns(all, found);
  }
  const Sizes sizes = grouped(std::move(all));
  std::vector<double> sums(plan.draws);
  deal_draws(plan.draws, plan.threads, [&](std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t draw = from; draw < to; ++draw) {
      sums[draw] = flipped_sum(sizes, plan, draw);
    }
  });
  return permutation_tails(sums, found);
}

DrawTable swap_draws(const Sample& sample, std::span<const std::size_t> twin, std::size_t outputs,
                     const Statistic& statistic, const DrawPlan& plan) {
  DrawTable table(outputs, std::vector<double>(plan.draws));
  deal_draws(plan.draws, plan.threads, [&](std::uint32_t from, std::uint32_t to) {
    std::vector<double> counts(sample.cells.size());
    std::vector<double> numbers(outputs);
    for (std::uint32_t draw = from; draw < to; ++draw) {
      std::fill(counts.begin(), counts.end(), 0.0);
      Philox random({plan.seed, plan.stream, draw, 0});
      for (std::size_t cell = 0; cell < sample.cells.size(); ++cell) {
        const std::uint64_t rows = sample.cells[cell];
        const std::uint64_t moved = twin[cell] == cell ? 0 : draw_binomial(random, rows, 0.5);
        counts[cell] += static_cast<double>(rows - moved);
        counts[twin[cell]] += static_cast<double>(moved);
      }
      statistic({counts, {}}, numbers);
      for (std::size_t i = 0; i < outputs; ++i) {
        table[i][draw] = numbers[i];
      }
    }
  });
  return table;
}

Tails permutation_tails(std::span<const double> draws, double found) {
  double scale = std::abs(found);
  for (const double draw : draws) {
    scale = std::max(scale, std::abs(draw));
  }
  double low = 1;
  double high = 1;
  for (const double draw : draws) {
    low += draw <= found + rounding * scale ? 1 : 0;
    high += draw >= found - rounding * scale ? 1 : 0;
  }
  const auto count = static_cast<double>(draws.size()) + 1;
  return both_tails(low / count, high / count);
}

}  // namespace mlpipe::stages::statistics
