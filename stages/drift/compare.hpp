// One column of two tables, compared by one method. Pure; knows nothing of tables and verdicts.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runner/base/error.hpp"
#include "stages/drift/method.hpp"
#include "stages/statistics/distances.hpp"
#include "stages/statistics/tally.hpp"

namespace mlpipe::stages::drift {

struct NumberSamples {
  statistics::Tally reference;
  statistics::Tally current;
  statistics::Pair pair;
  // For methods over histograms: a profile's own, or ten equal cells.
  std::vector<statistics::Bucket> reference_histogram{};
  std::vector<statistics::Bucket> current_histogram{};
};
struct CategorySamples {
  std::vector<std::string> keys;
  statistics::Frequencies frequencies;
};
struct TextSamples {
  std::vector<std::string> reference;
  std::vector<std::string> current;
};
using Samples = std::variant<NumberSamples, CategorySamples, TextSamples>;

[[nodiscard]] std::uint64_t reference_size(const Samples& samples);
[[nodiscard]] std::uint64_t current_size(const Samples& samples);
[[nodiscard]] std::uint64_t distinct_values(const Samples& samples);  // of both together

struct Compared {
  double value = 0;               // statistic or distance
  std::optional<double> p_value;  // absent for a distance
  std::size_t bins = 0;           // cells compared; 0 where the method has none
  // The noise of a stability index without drift is this times chi-squared with bins - 1 degrees.
  double noise = 0;
};

// invalid: the method cannot be computed on these samples; the message says why.
[[nodiscard]] Result<Compared> compare(Method method, ColumnType type, const Samples& samples);

}  // namespace mlpipe::stages::drift
