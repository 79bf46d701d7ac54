// The permutation test of paired differences: were the two models alike, each difference could as
// well have had the other sign. Knows only numbers.
#pragma once

#include <span>

#include "stages/statistics/paired_tests.hpp"
#include "stages/statistics/resample.hpp"

namespace mlpipe::stages::statistics {

// Of the sum of the differences. Every pattern of signs where at most 16 differences are not 0,
// else plan.draws random ones with p = (1 + as extreme) / (1 + draws).
[[nodiscard]] Tails sign_flips(std::span<const double> differences, const DrawPlan& plan);

// The same for a statistic of cells: each row swaps its two models' answers with probability 1/2,
// which turns rows of a cell into rows of its twin. `twin[cell]` may be the cell itself.
[[nodiscard]] DrawTable swap_draws(const Sample& sample, std::span<const std::size_t> twin,
                                   std::size_t outputs, const Statistic& statistic,
                                   const DrawPlan& plan);
// (1 + draws as extreme) / (1 + draws) of a distribution under no difference.
[[nodiscard]] Tails permutation_tails(std::span<const double> draws, double found);

}  // namespace mlpipe::stages::statistics
