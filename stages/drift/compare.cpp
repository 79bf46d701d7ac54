#include "stages/drift/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "stages/statistics/distances.hpp"
#include "stages/statistics/frequency_tests.hpp"
#include "stages/statistics/histogram.hpp"
#include "stages/statistics/kolmogorov.hpp"
#include "stages/statistics/moment_tests.hpp"
#include "stages/statistics/rank_tests.hpp"
#include "stages/statistics/text_classifier.hpp"

namespace mlpipe::stages::drift {
namespace {

using statistics::Frequencies;
using statistics::Measured;
using statistics::Shares;

constexpr std::uint32_t permutations_tvd = 1000;
constexpr std::uint32_t permutations_mmd = 100;
constexpr std::size_t most_permuted_categories = 10'000;

// Shares of both samples over the same cells.
struct Cells {
  Shares reference;
  Shares current;
};

Cells cells_of(const Frequencies& frequencies) {
  return {statistics::shares_of(frequencies.reference, frequencies.reference_total),
          statistics::shares_of(frequencies.current, frequencies.current_total)};
}

Cells cells_of(const NumberSamples& samples, const statistics::Edges& edges) {
  return {
      statistics::shares_of(statistics::histogram(samples.reference, edges),
                            samples.reference.total),
      statistics::shares_of(statistics::histogram(samples.current, edges), samples.current.total)};
}

const Frequencies& frequencies_of(const Samples& samples) {
  const auto* numbers = std::get_if<NumberSamples>(&samples);
  return numbers != nullptr ? numbers->pair.frequencies
                            : std::get<CategorySamples>(samples).frequencies;
}

// Evidently's cells: Sturges' bins over both samples where the reference has more than twenty
// numbers, else every value by itself.
Cells evidently_cells(ColumnType type, const Samples& samples) {
  constexpr std::size_t many_values = 20;
  const auto* numbers = std::get_if<NumberSamples>(&samples);
  if (numbers == nullptr || type != ColumnType::num ||
      numbers->reference.distinct() <= many_values) {
    return cells_of(frequencies_of(samples));
  }
  return cells_of(
      *numbers, statistics::sturges_edges(numbers->pair.values.front(), numbers->pair.values.back(),
                                          numbers->reference.total + numbers->current.total));
}

// Evidently's bins for this one distance: over the distinct values, not over the rows.
Cells hellinger_cells(ColumnType type, const Samples& samples) {
  const auto* numbers = std::get_if<NumberSamples>(&samples);
  if (numbers == nullptr || type != ColumnType::num) {
    return cells_of(frequencies_of(samples));
  }
  return cells_of(
      *numbers, statistics::sturges_edges(numbers->pair.values.front(), numbers->pair.values.back(),
                                          numbers->pair.values.size()));
}

// NannyML's: Doane's bins of the reference, and one more for what lies outside. A column with few
// distinct values is compared by value.
Cells nannyml_cells(ColumnType type, const Samples& samples) {
  constexpr std::size_t few_values = 50;
  const auto* numbers = std::get_if<NumberSamples>(&samples);
  if (numbers == nullptr || type != ColumnType::num ||
      numbers->reference.distinct() <=
          std::min<std::size_t>(few_values, numbers->reference.total / 10)) {
    return cells_of(frequencies_of(samples));
  }
  Cells cells = cells_of(*numbers, statistics::doane_edges(numbers->reference));
  double inside = 0;
  for (const double share : cells.current) {
    inside += share;
  }
  if (inside < 1) {
    cells.reference.push_back(0);
    cells.current.push_back(1 - inside);
  }
  return cells;
}

Compared distance(double value, const Cells& cells) {
  return {value, std::nullopt, cells.reference.size(), 0};
}

Compared stability(Cells cells, const Samples& samples) {
  Compared result =
      distance(statistics::population_stability(cells.reference, cells.current), cells);
  result.noise = 1 / static_cast<double>(reference_size(samples)) +
                 1 / static_cast<double>(current_size(samples));
  return result;
}

// Deepchecks: without the outer 2.5 percent of each sample, scaled to the range of both.
Result<Compared> earth_mover(const NumberSamples& samples) {
  constexpr double margin = 0.025;
  const auto trimmed = [&](const statistics::Tally& tally) {
    const double low = statistics::quantile(tally, margin);
    const double high = statistics::quantile(tally, 1 - margin);
    statistics::Tally kept;
    for (std::size_t i = 0; i < tally.distinct(); ++i) {
      if (tally.values[i] >= low && tally.values[i] <= high) {
        kept.values.push_back(tally.values[i]);
        kept.counts.push_back(tally.counts[i]);
        kept.total += tally.counts[i];
      }
    }
    return kept;
  };
  const statistics::Pair pair =
      statistics::pair_of(trimmed(samples.reference), trimmed(samples.current));
  if (pair.frequencies.reference_total == 0 || pair.frequencies.current_total == 0) {
    return fail(Code::invalid, "nothing is left after trimming 2.5 % on both sides");
  }
  const double range = pair.values.back() - pair.values.front();
  return Compared{range > 0 ? statistics::wasserstein(pair) / range : 0.0, std::nullopt, 0, 0};
}

Result<Compared> compare_numbers(Method method, const NumberSamples& samples) {
  const auto done = [](const Measured& one) { return Compared{one.statistic, one.p_value, 0, 0}; };
  switch (method) {
    case Method::ks:
      return done(statistics::kolmogorov_smirnov(samples.pair));
    case Method::wasserstein: {
      constexpr double least_deviation = 0.001;
      return Compared{
          statistics::wasserstein(samples.pair) /
              std::max(statistics::standard_deviation(samples.reference), least_deviation),
          std::nullopt, 0, 0};
    }
    case Method::ed:
      return Compared{statistics::energy_distance(samples.pair), std::nullopt, 0, 0};
    case Method::anderson:
      return statistics::anderson_darling(samples.pair).map(done);
    case Method::cramer_von_mises:
      return statistics::cramer_von_mises(samples.pair).map(done);
    case Method::es:
      return statistics::epps_singleton(samples.pair).map(done);
    case Method::mannw:
      return statistics::mann_whitney(samples.pair, statistics::Alternative::less).map(done);
    case Method::t_test:
      return statistics::student_t_test(samples.reference, samples.current).map(done);
    case Method::empirical_mmd:
      return statistics::mean_discrepancy(samples.reference, samples.current, permutations_mmd)
          .map(done);
    case Method::deepchecks_ks:
      return Compared{statistics::kolmogorov_smirnov(samples.pair).statistic, std::nullopt, 0, 0};
    case Method::deepchecks_emd:
      return earth_mover(samples);
    case Method::jsd_base2_hist: {
      const auto divergence =
          statistics::histogram_divergence(samples.reference_histogram, samples.current_histogram);
      if (!divergence) {
        return fail(Code::invalid, "a histogram is empty");
      }
      return Compared{*divergence, std::nullopt, 0, 0};
    }
    default:
      return fail(Code::internal, "no method for numbers");
  }
}

Result<Compared> compare_categories(Method method, const Samples& samples) {
  const Frequencies& frequencies = frequencies_of(samples);
  const std::size_t bins = frequencies.categories();
  const auto done = [&](const Measured& one) {
    return Compared{one.statistic, one.p_value, bins, 0};
  };
  switch (method) {
    case Method::chisquare:
      return done(statistics::chi_square_fit(frequencies));
    case Method::z:
      return done(statistics::two_proportions_z(frequencies));
    case Method::g_test:
      return statistics::g_test(frequencies).map(done);
    case Method::fisher_exact:
      return statistics::fisher_exact(frequencies).map(done);
    case Method::tvd:
      if (bins > most_permuted_categories) {
        return fail(Code::invalid, fmt::format("TVD permutes at most {} categories, not {}; use "
                                               "`chisquare` or `jensenshannon`",
                                               most_permuted_categories, bins));
      }
      return done(statistics::total_variation_permutation(frequencies, permutations_tvd));
    case Method::linf: {
      const Cells cells = cells_of(frequencies);
      return distance(statistics::largest_difference(cells.reference, cells.current), cells);
    }
    case Method::normalized_abs: {
      const std::uint64_t both = frequencies.reference_total + frequencies.current_total;
      const Cells cells{statistics::shares_of(frequencies.reference, both),
                        statistics::shares_of(frequencies.current, both)};
      return distance(statistics::largest_difference(cells.reference, cells.current), cells);
    }
    case Method::deepchecks_cramers_v:
      return Compared{statistics::cramers_v(frequencies), std::nullopt, bins, 0};
    case Method::deepchecks_psi: {
      constexpr double least_share = 0.01;
      Cells cells = cells_of(frequencies);
      for (Shares* shares : {&cells.reference, &cells.current}) {
        for (double& share : *shares) {
          share = std::max(share, least_share);
        }
      }
      return stability(std::move(cells), samples);
    }
    default:
      return fail(Code::internal, "no method for categories");
  }
}

// The methods that take numbers and categories alike.
Result<Compared> compare_cells(Method method, ColumnType type, const Samples& samples) {
  using statistics::Logarithm;
  switch (method) {
    case Method::jensenshannon: {
      const Cells cells = evidently_cells(type, samples);
      return distance(
          statistics::jensen_shannon_distance(cells.reference, cells.current, Logarithm::natural),
          cells);
    }
    case Method::kl_div: {
      Cells cells = evidently_cells(type, samples);
      statistics::fill_zeros(cells.reference);
      statistics::fill_zeros(cells.current);
      return distance(statistics::kullback_leibler(cells.reference, cells.current), cells);
    }
    case Method::psi: {
      Cells cells = evidently_cells(type, samples);
      statistics::fill_zeros(cells.reference);
      statistics::fill_zeros(cells.current);
      return stability(std::move(cells), samples);
    }
    case Method::hellinger: {
      const Cells cells = hellinger_cells(type, samples);
      return distance(statistics::hellinger(cells.reference, cells.current), cells);
    }
    case Method::nannyml_jensen_shannon: {
      const Cells cells = nannyml_cells(type, samples);
      return distance(
          statistics::jensen_shannon_distance(cells.reference, cells.current, Logarithm::binary),
          cells);
    }
    default: {
      const Cells cells = cells_of(frequencies_of(samples));
      return distance(
          statistics::jensen_shannon_divergence(cells.reference, cells.current, Logarithm::binary),
          cells);
    }
  }
}

Result<Compared> compare_texts(Method method, const TextSamples& samples) {
  TRY(const statistics::TextClassifier classifier,
      statistics::classify_texts(samples.reference, samples.current));
  if (method == Method::abs_text_content_drift) {
    return Compared{classifier.auc, std::nullopt, 0, 0};
  }
  return Compared{classifier.auc, classifier.p_value, 0, 0};
}

std::uint64_t size_of(const Samples& samples, bool reference) {
  if (const auto* texts = std::get_if<TextSamples>(&samples)) {
    return (reference ? texts->reference : texts->current).size();
  }
  const Frequencies& frequencies = frequencies_of(samples);
  return reference ? frequencies.reference_total : frequencies.current_total;
}

}  // namespace

std::uint64_t reference_size(const Samples& samples) {
  return size_of(samples, true);
}
std::uint64_t current_size(const Samples& samples) {
  return size_of(samples, false);
}

std::uint64_t distinct_values(const Samples& samples) {
  return std::holds_alternative<TextSamples>(samples) ? 0 : frequencies_of(samples).categories();
}

Result<Compared> compare(Method method, ColumnType type, const Samples& samples) {
  const std::uint64_t reference = reference_size(samples);
  const std::uint64_t current = current_size(samples);
  if (reference == 0 || current == 0) {
    // TFDV's norms call two empty samples equal; everything else has nothing to compare.
    const bool norm = method == Method::linf || method == Method::normalized_abs;
    if (norm && reference == current) {
      return Compared{0, std::nullopt, 0, 0};
    }
    return fail(Code::invalid, fmt::format("the {} has no value that counts",
                                           reference != 0 ? "current column"
                                           : current != 0 ? "reference column"
                                                          : "column of both tables"));
  }
  if (type == ColumnType::text) {
    return compare_texts(method, std::get<TextSamples>(samples));
  }
  const std::string_view types = facts(method).types;
  Result<Compared> result = types == "num"
                                ? compare_numbers(method, std::get<NumberSamples>(samples))
                            : types == "cat" ? compare_categories(method, samples)
                                             : compare_cells(method, type, samples);
  if (result && std::isnan(result->value) && !result->p_value) {
    return fail(Code::invalid, "the result is no number");
  }
  return result;
}

}  // namespace mlpipe::stages::drift
