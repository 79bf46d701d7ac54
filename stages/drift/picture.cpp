#include "stages/drift/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "stages/statistics/histogram.hpp"

namespace mlpipe::stages::drift {
namespace {

Picture of_categories(const CategorySamples& samples) {
  const auto& counts = samples.frequencies;
  std::vector<std::size_t> order(samples.keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return counts.reference[a] + counts.current[a] > counts.reference[b] + counts.current[b];
  });
  Picture picture;
  std::uint64_t reference = 0;
  std::uint64_t current = 0;
  for (std::size_t i = 0; i < order.size() && i < picture_categories; ++i) {
    picture.labels.push_back(samples.keys[order[i]]);
    picture.reference.push_back(counts.reference[order[i]]);
    picture.current.push_back(counts.current[order[i]]);
    reference += picture.reference.back();
    current += picture.current.back();
  }
  if (order.size() > picture_categories) {
    picture.labels.emplace_back("(other)");
    picture.reference.push_back(counts.reference_total - reference);
    picture.current.push_back(counts.current_total - current);
  }
  return picture;
}

Picture of_numbers(const NumberSamples& samples) {
  Picture picture;
  if (samples.pair.values.empty()) {
    return picture;
  }
  if (samples.pair.values.size() <= picture_categories) {
    for (const double value : samples.pair.values) {
      picture.labels.push_back(fmt::format("{}", value));
    }
    picture.reference = samples.pair.frequencies.reference;
    picture.current = samples.pair.frequencies.current;
    return picture;
  }
  picture.edges = statistics::equal_edges(samples.pair.values.front(), samples.pair.values.back(),
                                          picture_bins);
  picture.reference = statistics::histogram(samples.reference, picture.edges);
  picture.current = statistics::histogram(samples.current, picture.edges);
  return picture;
}

}  // namespace

Picture picture_of(const Samples& samples) {
  if (const auto* numbers = std::get_if<NumberSamples>(&samples)) {
    return of_numbers(*numbers);
  }
  const auto* categories = std::get_if<CategorySamples>(&samples);
  return categories == nullptr ? Picture() : of_categories(*categories);
}

}  // namespace mlpipe::stages::drift
