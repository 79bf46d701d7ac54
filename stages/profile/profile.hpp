// What a table looked like, small enough to be kept: counts, moments, exact quantiles, a histogram,
// and the values themselves where they are few. Knows nothing of files and formats.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "stages/profile/columns.hpp"
#include "stages/statistics/distances.hpp"

namespace mlpipe::stages::profile {

// Up to here a profile holds every distinct value of a column, and a comparison with it is exact.
inline constexpr std::size_t most_values = 2000;
// Beyond, numbers are outlined by this many order statistics, and categories by the commonest.
inline constexpr std::size_t outline_points = 1000;

struct NumberSummary {
  std::uint64_t count = 0;
  std::uint64_t distinct = 0;
  std::uint64_t infinite = 0;
  double mean = 0;
  double deviation = 0;  // of the population
  double skewness = 0;
  double kurtosis = 0;                        // excess
  std::vector<double> quantiles;              // at quantile_points; empty where there is no value
  std::vector<statistics::Bucket> histogram;  // ten equal cells from the least to the greatest
  statistics::Tally values;  // all of them, or an outline: order statistics with the rows they
                             // stand for
  bool complete = true;      // values are all of them
};
[[nodiscard]] const std::vector<double>& quantile_points();

struct CategorySummary {
  std::uint64_t count = 0;
  std::uint64_t distinct = 0;
  std::vector<std::string> values;  // the commonest first; equally common ones by bytes
  std::vector<std::uint64_t> counts;
  [[nodiscard]] bool complete() const { return values.size() == distinct; }
};

struct ColumnProfile {
  std::string name;
  std::string type;  // the engine's name
  table::Family family = table::Family::text;
  std::uint64_t missing = 0;
  std::optional<NumberSummary> numbers;       // numbers and times (in microseconds since 1970)
  std::optional<CategorySummary> categories;  // everything else
};

struct Profile {
  std::string table;  // as people name it
  std::uint64_t rows = 0;
  std::vector<ColumnProfile> columns;
};

[[nodiscard]] Result<Profile> profile_of(Columns& columns, const std::string& table);
[[nodiscard]] NumberSummary summarise(const NumberColumn& column);

// TFDV's standard histogram: ten equal cells over the sample's own range; none of an empty sample.
[[nodiscard]] std::vector<statistics::Bucket> ten_buckets(const statistics::Tally& tally);

// Back to samples. invalid: the profile does not hold enough of the column for that.
[[nodiscard]] Result<NumberColumn> numbers_of(const ColumnProfile& column);
[[nodiscard]] Result<CategoryColumn> categories_of(const ColumnProfile& column);

}  // namespace mlpipe::stages::profile
