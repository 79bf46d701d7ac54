#include "stages/statistics/resample.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "stages/statistics/binomial_draw.hpp"
#include "stages/statistics/draw_threads.hpp"

namespace mlpipe::stages::statistics {
namespace {

constexpr std::size_t block_values = 4096;  // 32 KiB of doubles: the nearest cache

// Rows of one cell; where rows carry values a power of two of them, so that an index is a few bits.
struct Block {
  std::size_t cell = 0;
  std::uint64_t first = 0;  // row
  std::uint64_t rows = 0;
};

// The most rows of a block, for rows of so many values.
constexpr std::uint64_t most_rows(std::size_t columns) {
  constexpr std::size_t least = 64;
  return std::bit_floor(std::max(block_values / std::max<std::size_t>(columns, 1), least));
}

std::vector<Block> blocks_of(const Sample& sample) {
  std::vector<Block> blocks;
  const std::uint64_t most = most_rows(sample.columns);
  std::uint64_t first = 0;
  for (std::size_t cell = 0; cell < sample.cells.size(); ++cell) {
    std::uint64_t left = sample.cells[cell];
    while (left > 0) {
      const std::uint64_t rows = sample.columns == 0 ? left : std::min(most, std::bit_floor(left));
      blocks.push_back({cell, first, rows});
      first += rows;
      left -= rows;
    }
  }
  return blocks;
}

std::uint64_t rows_of(const std::vector<Block>& blocks) {
  return blocks.empty() ? 0 : blocks.back().first + blocks.back().rows;
}

// Calls use(index) `count` times with indices below 2^bits.
template <class Use>
void draw_indices(Philox& random, std::uint64_t count, unsigned bits, Use&& use) {
  if (bits == 0) {
    for (std::uint64_t i = 0; i < count; ++i) {
      use(std::size_t{0});
    }
    return;
  }
  const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  const std::uint64_t of_one_word = 64 / bits;
  for (std::uint64_t done = 0; done < count;) {
    std::uint64_t word = random.next();
    const std::uint64_t now = std::min(of_one_word, count - done);
    for (std::uint64_t i = 0; i < now; ++i) {
      use(static_cast<std::size_t>(word & mask));
      word >>= bits;
    }
    done += now;
  }
}

// A block of the greatest size: everything about its indices is known when this is compiled.
template <std::size_t columns>
void add_full_block(Philox& random, std::uint64_t count, const double* rows, double* sums) {
  constexpr auto bits = static_cast<unsigned>(std::countr_zero(most_rows(columns)));
  constexpr std::uint64_t mask = most_rows(columns) - 1;
  constexpr std::uint64_t of_one_word = 64 / bits;
  double even[columns] = {};
  double odd[columns] = {};
  const auto add = [&](double* total, std::uint64_t index) {
    for (std::size_t c = 0; c < columns; ++c) {
      total[c] += rows[index * columns + c];
    }
  };
  for (; count >= 4 * of_one_word; count -= 4 * of_one_word) {
    for (std::uint64_t word : random.next_four()) {
      for (std::uint64_t i = 0; i < of_one_word; ++i, word >>= bits) {
        add(i % 2 == 0 ? even : odd, word & mask);
      }
    }
  }
  draw_indices(random, count, bits, [&](std::size_t index) { add(even, index); });
  for (std::size_t c = 0; c < columns; ++c) {
    sums[c] += even[c] + odd[c];
  }
}

void add_rows(Philox& random, std::uint64_t count, const Block& block, const Sample& sample,
              double* sums) {
  const double* rows = sample.values.data() + block.first * sample.columns;
  if (block.rows == most_rows(sample.columns)) {
    switch (sample.columns) {
      case 1:
        return add_full_block<1>(random, count, rows, sums);
      case 2:
        return add_full_block<2>(random, count, rows, sums);
      case 3:
        return add_full_block<3>(random, count, rows, sums);
      case 4:
        return add_full_block<4>(random, count, rows, sums);
      default:
        break;
    }
  }
  draw_indices(random, count, static_cast<unsigned>(std::countr_zero(block.rows)),
               [&](std::size_t index) {
                 for (std::size_t c = 0; c < sample.columns; ++c) {
                   sums[c] += rows[index * sample.columns + c];
                 }
               });
}

// How many of the rows drawn fall to each block: binomials of what is left, one after another.
template <class Use>
void each_block(const std::vector<Block>& blocks, const DrawPlan& plan, std::uint32_t draw,
                Use&& use) {
  std::uint64_t rows_left = rows_of(blocks);
  std::uint64_t drawn_left = rows_left;
  for (std::size_t i = 0; i < blocks.size() && drawn_left > 0; ++i) {
    Philox random({plan.seed, plan.stream, draw, i});
    const std::uint64_t count =
        i + 1 == blocks.size()
            ? drawn_left
            : draw_binomial(random, drawn_left,
                            static_cast<double>(blocks[i].rows) / static_cast<double>(rows_left));
    rows_left -= blocks[i].rows;
    drawn_left -= count;
    use(random, blocks[i], count);
  }
}

void keep(DrawTable& table, std::uint32_t draw, std::span<const double> numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    table[i][draw] = numbers[i];
  }
}

struct WholeSample {
  std::vector<double> counts;
  std::vector<double> sums;
};

WholeSample whole(const Sample& sample) {
  WholeSample all{std::vector<double>(sample.cells.size()),
                  std::vector<double>(sample.cells.size() * sample.columns)};
  std::size_t row = 0;
  for (std::size_t cell = 0; cell < sample.cells.size(); ++cell) {
    all.counts[cell] = static_cast<double>(sample.cells[cell]);
    for (std::uint64_t i = 0; sample.columns > 0 && i < sample.cells[cell]; ++i, ++row) {
      for (std::size_t c = 0; c < sample.columns; ++c) {
        all.sums[cell * sample.columns + c] += sample.values[row * sample.columns + c];
      }
    }
  }
  return all;
}

// Calls use(weight) with the whole sample less one row, for every row; rows of a cell without
// values are all the same and come once, with their number.
template <class Use>
void leave_one_out(const Sample& sample, WholeSample& all, Use&& use) {
  std::size_t row = 0;
  for (std::size_t cell = 0; cell < sample.cells.size(); ++cell) {
    if (sample.cells[cell] == 0) {
      continue;
    }
    all.counts[cell] -= 1;
    double* sums = all.sums.data() + cell * sample.columns;
    for (std::uint64_t i = 0; sample.columns > 0 && i < sample.cells[cell]; ++i, ++row) {
      const double* values = sample.values.data() + row * sample.columns;
      const std::vector<double> before(sums, sums + sample.columns);
      for (std::size_t c = 0; c < sample.columns; ++c) {
        sums[c] -= values[c];
      }
      use(1.0);
      std::copy(before.begin(), before.end(), sums);
    }
    if (sample.columns == 0) {
      use(static_cast<double>(sample.cells[cell]));
    }
    all.counts[cell] += 1;
  }
}

}  // namespace

DrawTable bootstrap(const Sample& sample, std::size_t outputs, const Statistic& statistic,
                    const DrawPlan& plan) {
  const std::vector<Block> blocks = blocks_of(sample);
  DrawTable table(outputs, std::vector<double>(plan.draws));
  deal_draws(plan.draws, plan.threads, [&](std::uint32_t from, std::uint32_t to) {
    std::vector<double> counts(sample.cells.size());
    std::vector<double> sums(sample.cells.size() * sample.columns);
    std::vector<double> numbers(outputs);
    for (std::uint32_t draw = from; draw < to; ++draw) {
      std::fill(counts.begin(), counts.end(), 0.0);
      std::fill(sums.begin(), sums.end(), 0.0);
      each_block(blocks, plan, draw, [&](Philox& random, const Block& block, std::uint64_t count) {
        counts[block.cell] += static_cast<double>(count);
        if (sample.columns > 0) {
          add_rows(random, count, block, sample, sums.data() + block.cell * sample.columns);
        }
      });
      statistic({counts, sums}, numbers);
      keep(table, draw, numbers);
    }
  });
  return table;
}

std::vector<double> observed(const Sample& sample, std::size_t outputs,
                             const Statistic& statistic) {
  const WholeSample all = whole(sample);
  std::vector<double> numbers(outputs);
  statistic({all.counts, all.sums}, numbers);
  return numbers;
}

std::vector<double> accelerations(const Sample& sample, std::size_t outputs,
                                  const Statistic& statistic) {
  WholeSample all = whole(sample);
  std::vector<double> numbers(outputs);
  std::vector<double> mean(outputs, 0.0);
  double rows = 0;
  leave_one_out(sample, all, [&](double weight) {
    statistic({all.counts, all.sums}, numbers);
    rows += weight;
    for (std::size_t i = 0; i < outputs; ++i) {
      mean[i] += weight * (numbers[i] - mean[i]) / rows;
    }
  });
  std::vector<double> squares(outputs, 0.0);
  std::vector<double> cubes(outputs, 0.0);
  leave_one_out(sample, all, [&](double weight) {
    statistic({all.counts, all.sums}, numbers);
    for (std::size_t i = 0; i < outputs; ++i) {
      const double u = mean[i] - numbers[i];
      squares[i] += weight * u * u;
      cubes[i] += weight * u * u * u;
    }
  });
  for (std::size_t i = 0; i < outputs; ++i) {
    const double scale = squares[i] * std::sqrt(squares[i]);
    mean[i] = scale > 0 ? cubes[i] / (6 * scale) : 0;
  }
  return mean;
}

DrawTable bootstrap_weights(std::size_t rows, std::size_t outputs, const WeightStatistic& statistic,
                            const DrawPlan& plan) {
  Sample shape{{rows}, 1, {}};  // one value a row: its weight, kept outside
  const std::vector<Block> blocks = blocks_of(shape);
  DrawTable table(outputs, std::vector<double>(plan.draws));
  deal_draws(plan.draws, plan.threads, [&](std::uint32_t from, std::uint32_t to) {
    std::vector<std::uint16_t> weights(rows);
    std::vector<double> numbers(outputs);
    for (std::uint32_t draw = from; draw < to; ++draw) {
      std::fill(weights.begin(), weights.end(), std::uint16_t{0});
      each_block(blocks, plan, draw, [&](Philox& random, const Block& block, std::uint64_t count) {
        std::uint16_t* of_block = weights.data() + block.first;
        draw_indices(random, count, static_cast<unsigned>(std::countr_zero(block.rows)),
                     [&](std::size_t index) { ++of_block[index]; });
      });
      statistic(weights, numbers);
      keep(table, draw, numbers);
    }
  });
  return table;
}

}  // namespace mlpipe::stages::statistics
