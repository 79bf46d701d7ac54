// Mean, sum, standard deviation and covariance of number columns, exact sums beneath. Knows nothing
// of thresholds.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "stages/data_check/ask.hpp"
#include "stages/data_check/column_sql.hpp"

namespace mlpipe::stages::data_check {

struct Moments {
  std::int64_t n = 0;  // values; infinities too
  double sum = 0;
  double mean = 0;      // NaN of no values
  double variance = 0;  // over n - 1; NaN of fewer than two values, or where one is infinite
};

// The rounds that take the moments of `value` (a number, with an alias-free SQL expression) over
// the rows of `source` where `filter` holds; `done` goes on.
struct Series {
  std::string source;
  std::string value;  // DOUBLE, or an integer
  std::string filter;
};
enum class Orders : std::uint8_t { first, second };
[[nodiscard]] Round moments_round(Series series, Orders orders,
                                  std::function<Result<Round>(const Moments&)> done);

// Pearson's correlation of two series over the same rows; NaN where one is constant.
struct Pair {
  std::string source;
  std::string x;
  std::string y;
  std::string filter;
};
[[nodiscard]] Round pearson_round(Pair pair,
                                  std::function<Result<Round>(std::int64_t, double)> done);

}  // namespace mlpipe::stages::data_check
