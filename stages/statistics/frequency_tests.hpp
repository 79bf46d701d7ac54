// Tests of two samples of categories, by their counts. Knows nothing of what the categories are.
#pragma once

#include <cstdint>

#include "stages/statistics/measured.hpp"
#include "stages/statistics/tally.hpp"

namespace mlpipe::stages::statistics {

// Pearson's goodness of fit of the current counts to the reference's, scaled to the current size
// (scipy.stats.chisquare as Evidently calls it). A category that the reference lacks makes the
// statistic infinite and p 0. One category in all: 0, and p 1.
[[nodiscard]] Measured chi_square_fit(const Frequencies& frequencies);

// The likelihood-ratio form against the reference's counts as they are. invalid: the samples differ
// in size, where scipy refuses too.
[[nodiscard]] Result<Measured> g_test(const Frequencies& frequencies);

// Two proportions with a pooled variance, of values other than the first category; p two-sided.
[[nodiscard]] Measured two_proportions_z(const Frequencies& frequencies);

// Fisher's exact test of a 2x2 table, two-sided: the probability of all tables no likelier than
// this one. The statistic is the odds ratio (current to reference). invalid: more than two
// categories, or samples that differ in size, which Evidently refuses.
[[nodiscard]] Result<Measured> fisher_exact(const Frequencies& frequencies);

// Cramer's V of the table sample x category, corrected for bias (Bergsma 2013).
[[nodiscard]] double cramers_v(const Frequencies& frequencies);

// Total variation distance, with the share of `iterations` random divisions of the pooled rows
// whose distance is at least as large. Divisions are drawn from a fixed seed.
[[nodiscard]] Measured total_variation_permutation(const Frequencies& frequencies,
                                                   std::uint32_t iterations);

}  // namespace mlpipe::stages::statistics
