// The paired bootstrap: rows drawn with replacement, as often as there are rows. Knows rows as
// cells and values; nothing of metrics or models.
//
// Rows that no statistic can tell apart form one cell, of which only the number drawn matters: a
// multinomial over the cells, not a walk over the rows (10,000 draws of a million rows in
// milliseconds). Where rows carry values, cells are cut into blocks that fit the nearest cache; how
// many rows of a block are drawn is multinomial as well, and only then which. That is the bootstrap
// itself, not an approximation. Every number depends on (seed, stream, draw, block) alone, so the
// number of threads never changes a byte.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace mlpipe::stages::statistics {

struct Sample {
  std::vector<std::uint64_t> cells;  // rows of each cell
  std::size_t columns = 0;           // values of a row
  std::vector<double> values{};      // row by row, in the order of the cells
};

// What one draw came to.
struct Totals {
  std::span<const double> counts;  // rows of each cell
  std::span<const double> sums;    // of each column within each cell: sums[cell * columns + column]
};

// Totals -> `outputs` numbers.
using Statistic = std::function<void(const Totals&, std::span<double> out)>;

struct DrawPlan {
  std::uint32_t draws = 10'000;
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;
  std::uint32_t threads = 1;
};

// results[output][draw].
using DrawTable = std::vector<std::vector<double>>;

[[nodiscard]] DrawTable bootstrap(const Sample& sample, std::size_t outputs,
                                  const Statistic& statistic, const DrawPlan& plan);
// The statistic of the sample itself.
[[nodiscard]] std::vector<double> observed(const Sample& sample, std::size_t outputs,
                                           const Statistic& statistic);
// The acceleration of BCa for each output: sum(u^3) / (6 sum(u^2)^(3/2)) with u = mean of the
// leave-one-out values less each of them (Efron 1987, as scipy.stats.bootstrap).
[[nodiscard]] std::vector<double> accelerations(const Sample& sample, std::size_t outputs,
                                                const Statistic& statistic);

// For statistics of order, which need every row: how often each row was drawn -> numbers.
using WeightStatistic =
    std::function<void(std::span<const std::uint16_t> weights, std::span<double> out)>;
[[nodiscard]] DrawTable bootstrap_weights(std::size_t rows, std::size_t outputs,
                                          const WeightStatistic& statistic, const DrawPlan& plan);

}  // namespace mlpipe::stages::statistics
