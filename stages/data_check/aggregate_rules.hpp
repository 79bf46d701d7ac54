// Rules on one number taken from a column or from several. Values only. What is missing is left
// out; NaN is missing in a column of reals.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "stages/data_check/values.hpp"

namespace mlpipe::stages::data_check {

struct MinValue {
  Limits limits;
};
struct MaxValue {
  Limits limits;
};

// Exact sums of finite values: the order of the rows and the number of threads do not matter.
// stddev and variance divide by n - 1.
enum class Moment : std::uint8_t { mean, sum, stddev, variance };
struct MomentValue {
  Moment moment = Moment::mean;
  Bounds bounds;
};

// Of the sorted values, at (n - 1) * q, as numpy names them.
enum class Interpolation : std::uint8_t { linear, lower, higher, nearest, midpoint };
struct Quantiles {
  struct At {
    double q = 0.5;
    Bounds bounds;
  };
  std::vector<At> at;  // median: one, q = 0.5
  Interpolation interpolation = Interpolation::linear;
  enum class Written : std::uint8_t { median, quantile };
  Written written = Written::quantile;
};

enum class Cardinality : std::uint8_t {
  distinct_count,
  distinct_share,  // distinct / n
  unique_share     // values that occur once / n
};
struct CardinalityValue {
  Cardinality of = Cardinality::distinct_count;
  Bounds bounds;
};
struct NotConstant {};  // metric: distinct values; one breaks the rule
struct TopShare {       // of the most common value
  Bounds bounds;
};
struct Entropy {  // natural logarithm
  Bounds bounds;
};

struct DistinctValues {
  enum class Relation : std::uint8_t { subset, superset, equal };  // the column's, of `values`
  Relation relation = Relation::subset;
  std::vector<Scalar> values;
};
struct MostCommon {
  std::vector<Scalar> values;
  Quantifier ties = Quantifier::any;  // all: every one of the most common values is among them
};

// Check::columns holds both.
enum class Association : std::uint8_t { pearson, spearman, cramers_v, mutual_information };
struct Correlation {
  Association method = Association::pearson;
  Bounds bounds;
};

// Rows of the rarest class / rows of the most common one.
struct LabelBalance {
  Bounds bounds;
};
// How well one feature alone tells the label: see label_skill.hpp. Metric: the greatest skill.
struct LabelLeakage {
  std::string label;
  std::vector<std::string> features;  // empty: every other column
  double max = 0.8;
};

// Distinct ways of writing "nothing" (NA, null, -, ?) among the texts of a column.
struct NullSpellings {
  Bounds bounds;
};
// Groups of values that differ only in case, blanks and punctuation. Metric: rows of the rarer
// members.
struct SpellingVariants {};
// The share of the rarer of numbers and texts; bad strictly between `low` and `high`.
struct MixedTypes {
  double low = 0.01;
  double high = 0.1;
};

}  // namespace mlpipe::stages::data_check
