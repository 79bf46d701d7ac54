#include "stages/profile/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stages/statistics/histogram.hpp"

namespace mlpipe::stages::profile {
namespace {

// The sample cut into equal numbers of rows; each piece stands at its middle row.
statistics::Tally outline(const statistics::Tally& tally) {
  statistics::Tally result;
  result.total = tally.total;
  std::uint64_t row = 0;  // of the first value of tally.values[i]
  std::size_t i = 0;
  for (std::uint64_t piece = 0; piece < outline_points; ++piece) {
    const std::uint64_t begin = tally.total * piece / outline_points;
    const std::uint64_t end = tally.total * (piece + 1) / outline_points;
    // The ends of the sample stay what they are.
    const std::uint64_t at = piece == 0                    ? begin
                             : piece + 1 == outline_points ? end - 1
                                                           : (begin + end) / 2;
    while (row + tally.counts[i] <= at) {
      row += tally.counts[i++];
    }
    if (!result.values.empty() && result.values.back() == tally.values[i]) {
      result.counts.back() += end - begin;
    } else {
      result.values.push_back(tally.values[i]);
      result.counts.push_back(end - begin);
    }
  }
  return result;
}

CategorySummary summarise(CategoryColumn column) {
  std::vector<std::size_t> order(column.keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return column.counts[a] > column.counts[b];
  });
  CategorySummary summary;
  summary.count = column.total;
  summary.distinct = column.keys.size();
  for (std::size_t i = 0; i < std::min(order.size(), most_values); ++i) {
    summary.values.push_back(std::move(column.keys[order[i]]));
    summary.counts.push_back(column.counts[order[i]]);
  }
  return summary;
}

}  // namespace

const std::vector<double>& quantile_points() {
  static const std::vector<double> points{0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1};
  return points;
}

std::vector<statistics::Bucket> ten_buckets(const statistics::Tally& tally) {
  constexpr std::size_t buckets = 10;
  if (tally.values.empty()) {
    return {};
  }
  const double low = tally.values.front();
  const double high = tally.values.back();
  if (low == high) {
    return {{low, high, static_cast<double>(tally.total)}};
  }
  const auto edges = statistics::equal_edges(low, high, buckets);
  const auto counts = statistics::histogram(tally, edges);
  std::vector<statistics::Bucket> result;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    result.push_back({edges[i], edges[i + 1], static_cast<double>(counts[i])});
  }
  return result;
}

NumberSummary summarise(const NumberColumn& column) {
  NumberSummary summary;
  summary.count = column.tally.total;
  summary.distinct = column.tally.distinct();
  summary.infinite = column.infinite;
  summary.histogram = ten_buckets(column.tally);
  summary.complete = column.tally.distinct() <= most_values;
  summary.values = summary.complete ? column.tally : outline(column.tally);
  if (column.tally.total > 0) {
    summary.mean = statistics::mean(column.tally);
    summary.deviation = statistics::standard_deviation(column.tally);
    summary.skewness = statistics::skewness(column.tally);
    summary.kurtosis = statistics::kurtosis(column.tally);
    for (const double q : quantile_points()) {
      summary.quantiles.push_back(statistics::quantile(column.tally, q));
    }
  }
  return summary;
}

Result<Profile> profile_of(Columns& columns, const std::string& table) {
  Profile profile;
  profile.table = table;
  profile.rows = columns.rows();
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < columns.list().size(); ++i) {
    const table::TableColumn& column = columns.list()[i];
    profile.columns.push_back({column.name, column.type, column.family, 0, {}, {}});
    if (is_number(column.family) || is_time(column.family)) {
      numbers.push_back(i);
      continue;
    }
    TRY(CategoryColumn read, columns.categories(i));
    profile.columns[i].missing = read.missing;
    profile.columns[i].categories = summarise(std::move(read));
  }
  for (std::size_t begin = 0; begin < numbers.size(); begin += columns.batch()) {
    const std::size_t size = std::min(columns.batch(), numbers.size() - begin);
    const std::span<const std::size_t> some = std::span(numbers).subspan(begin, size);
    TRY(const auto read, columns.numbers(some));
    for (std::size_t i = 0; i < size; ++i) {
      ColumnProfile& column = profile.columns[some[i]];
      column.missing = read[i].missing;
      column.numbers = summarise(read[i]);
    }
  }
  return profile;
}

Result<NumberColumn> numbers_of(const ColumnProfile& column) {
  if (!column.numbers) {
    return fail(Code::invalid, fmt::format("the profile holds `{}` as texts", column.name));
  }
  NumberColumn numbers;
  numbers.tally = column.numbers->values;
  numbers.missing = column.missing;
  numbers.infinite = column.numbers->infinite;
  numbers.histogram = column.numbers->histogram;
  numbers.exact = column.numbers->complete;
  return numbers;
}

Result<CategoryColumn> categories_of(const ColumnProfile& column) {
  if (!column.categories) {
    return fail(Code::invalid, fmt::format("the profile holds `{}` as numbers", column.name));
  }
  const CategorySummary& summary = *column.categories;
  if (!summary.complete()) {
    return fail(Code::invalid,
                fmt::format("the profile holds only the {} commonest of {} values of `{}`; compare "
                            "with the table itself",
                            summary.values.size(), summary.distinct, column.name));
  }
  std::vector<std::size_t> order(summary.values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return summary.values[a] < summary.values[b]; });
  CategoryColumn categories;
  for (const std::size_t i : order) {
    categories.keys.push_back(summary.values[i]);
    categories.counts.push_back(summary.counts[i]);
  }
  categories.total = summary.count;
  categories.missing = column.missing;
  return categories;
}

}  // namespace mlpipe::stages::profile
