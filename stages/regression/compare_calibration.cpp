// The expected calibration error: sum over bins of |sum of (confidence - what happened)| / rows
// (Guo et al., "On calibration of modern neural networks", ICML 2017; bins ((i - 1) / M, i / M]).
// Of two classes the score of the positive one is the confidence, of more the greatest score.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "stages/regression/comparing.hpp"

namespace mlpipe::stages::regression {
namespace {

using namespace statistics;

constexpr std::uint64_t part_calibration = 6;

struct Confidence {
  std::size_t bin = 0;
  double excess = 0;  // confidence - what happened
};

Confidence confidence_of(const Pair& pair, const Model& model, std::uint32_t row, double bins) {
  double confidence = model.scores[0][row];
  bool happened = false;
  if (model.scores.size() == 1) {
    happened = pair.label[row] == *pair.positive;
  } else {
    std::uint32_t best = 0;
    for (std::uint32_t i = 1; i < model.scores.size(); ++i) {
      best = model.scores[i][row] > model.scores[best][row] ? i : best;
    }
    confidence = model.scores[best][row];
    happened = pair.label[row] == best;
  }
  const double bin = std::clamp(std::ceil(confidence * bins) - 1, 0.0, bins - 1);
  return {static_cast<std::size_t>(bin), confidence - (happened ? 1 : 0)};
}

// Rows by (bin of baseline, bin of candidate): each cell's two sums are all that a draw needs.
struct Binned {
  Sample sample{{}, 2, {}};
  std::vector<std::pair<std::size_t, std::size_t>> bins;  // of each cell
};

Binned binned(const Subset& subset, double bins) {
  const Pair& pair = *subset.pair;
  const auto width = static_cast<std::size_t>(bins);
  std::vector<std::pair<Confidence, Confidence>> all;
  std::vector<std::uint64_t> size(width * width, 0);
  for (const std::uint32_t row : subset.rows) {
    all.emplace_back(confidence_of(pair, pair.baseline, row, bins),
                     confidence_of(pair, pair.candidate, row, bins));
    ++size[all.back().first.bin * width + all.back().second.bin];
  }
  Binned found;
  std::vector<std::uint64_t> next(size.size(), 0);
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < size.size(); ++i) {
    next[i] = first;
    first += size[i];
    if (size[i] > 0) {
      found.sample.cells.push_back(size[i]);
      found.bins.emplace_back(i / width, i % width);
    }
  }
  found.sample.values.resize(2 * all.size());
  for (const auto& [base, cand] : all) {
    double* at = found.sample.values.data() + 2 * next[base.bin * width + cand.bin]++;
    at[0] = base.excess;
    at[1] = cand.excess;
  }
  return found;
}

std::pair<double, double> errors_of(const Binned& table, std::size_t bins, const Totals& totals) {
  std::vector<double> base(bins, 0.0);
  std::vector<double> cand(bins, 0.0);
  double rows = 0;
  for (std::size_t i = 0; i < table.bins.size(); ++i) {
    base[table.bins[i].first] += totals.sums[2 * i];
    cand[table.bins[i].second] += totals.sums[2 * i + 1];
    rows += totals.counts[i];
  }
  const auto total = [&](const std::vector<double>& sums) {
    return std::accumulate(sums.begin(), sums.end(), 0.0,
                           [](double sum, double one) { return sum + std::abs(one); }) /
           rows;
  };
  return {total(base), total(cand)};
}

}  // namespace

void compare_calibration(const Subset& subset, std::span<Job*> jobs) {
  for (Job* job : jobs) {
    const double bins = job->asked->metric.parameter;
    const auto width = static_cast<std::size_t>(bins);
    const Binned table = binned(subset, bins);
    const Statistic both = [&](const Totals& totals, std::span<double> out) {
      std::tie(out[0], out[1]) = errors_of(table, width, totals);
    };
    const Statistic difference = [&](const Totals& totals, std::span<double> out) {
      const auto [base, cand] = errors_of(table, width, totals);
      out[0] = cand - base;
    };
    const std::vector<double> values = observed(table.sample, 2, both);
    job->row.baseline = values[0];
    job->row.candidate = values[1];
    job->row.difference = values[1] - values[0];
    conclude_from_sample(subset, table.sample, difference, part_calibration, {&job, 1});
  }
}

}  // namespace mlpipe::stages::regression
