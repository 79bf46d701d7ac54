// What one entry of a Great Expectations suite asks for, as values. Great Expectations' own
// definitions hold: which rows count, what a missing value is, how values compare. Knows nothing of
// JSON, SQL or tables.
//
// Source of every definition: Great Expectations, expectations/core and its pandas metrics (0.18
// and 1.x, which agree where both have an expectation).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "stages/data_check/row_rules.hpp"
#include "stages/data_check/values.hpp"

namespace mlpipe::stages::data_check {

namespace expect {

enum class Sense : std::uint8_t { wanted, unwanted };
enum class Of : std::uint8_t { any, all };
enum class Side : std::uint8_t { upper, both };
enum class Equal : std::uint8_t { allowed, refused };
enum class Direction : std::uint8_t { up, down };
enum class Language : std::uint8_t { regex, like };

// Rows of one column.
// cross: a value of another kind than the limits is outside; else it is an error.
enum class Kinds : std::uint8_t { alike, cross };
struct InRange {
  Limits limits;
  Kinds kinds = Kinds::alike;
};
struct LengthInRange {
  Limits limits;  // of code points
};
struct Member {
  std::optional<std::vector<Scalar>> values;  // absent: anything is a member
  Sense sense = Sense::wanted;
};
struct Null {
  Sense sense = Sense::wanted;
};
struct Distinct {};
struct OfType {
  std::vector<std::string> types;  // of pandas, numpy, Python, SQL or Spark; never empty
};
struct ZScore {
  double threshold = 0;
  Side side = Side::both;
};
struct Matching {
  std::vector<std::string> patterns;
  Language language = Language::regex;
  Of of = Of::any;
  Sense sense = Sense::wanted;
};
struct DateFormat {
  std::string format;  // of Python's strptime
};
struct DateText {};
struct JsonText {};
struct JsonSchema {
  std::string schema;  // JSON
};
struct Sorted {
  Direction direction = Direction::up;
  Equal equal = Equal::allowed;
};

// Rows of two columns, or of several.
enum class Texts : std::uint8_t { as_they_are, as_times };
struct Greater {
  Equal equal = Equal::refused;
  Texts texts = Texts::as_they_are;
};
struct PairEqual {};
struct PairMember {
  std::optional<std::vector<std::pair<Scalar, Scalar>>> pairs;
};
struct CompoundDistinct {};
struct DistinctInRecord {};
struct RecordSum {
  double total = 0;
};

// One number or one set of a column.
struct Statistic {
  enum class Name : std::uint8_t { min, max, mean, median, stdev, sum, distinct, distinct_share };
  Name name = Name::min;
  Limits limits;
};
struct NonNullShare {
  Limits limits;
};
struct Quantiles {
  std::vector<double> at;  // 0 to 1
  std::vector<Limits> limits;
};
struct DistinctSet {
  enum class Relation : std::uint8_t { in, contains, equals };
  Relation relation = Relation::in;
  std::optional<std::vector<Scalar>> values;
};
struct MostCommon {
  std::vector<Scalar> values;
  Equal ties = Equal::refused;
};

// Distributions. Either values or bins (one more than weights) are given.
struct Partition {
  std::vector<Scalar> values;
  std::vector<double> bins;  // ascending; the outer ones may be infinite
  std::vector<double> weights;
  std::vector<double> tail_weights;  // none or two
};
struct KlDivergence {
  Partition partition;
  std::optional<double> threshold;
  double tail_holdout = 0;
  double internal_holdout = 0;
};
struct ChiSquare {
  Partition partition;
  double p = 0.05;
  double tail_holdout = 0;
};
struct KsDistribution {
  enum class Family : std::uint8_t { norm, beta, gamma, uniform, chi2, expon };
  Family family = Family::norm;
  std::vector<double> shape;  // in scipy's order, without location and scale
  double location = 0;
  double scale = 1;
  double p = 0.05;
};
struct CramersPhi {
  double threshold = 0;
};
struct KsBootstrap {
  Partition partition;
  double p = 0.05;
  std::int64_t samples = 1000;
  std::int64_t sample_size = 0;
};

// The table.
struct RowCount {
  Limits limits;
};
struct RowCountOfOther {
  std::string table;
};
struct ColumnCount {
  Limits limits;
};
struct ColumnOrder {
  std::optional<std::vector<std::string>> names;  // absent: any
};
struct ColumnNames {
  std::vector<std::string> names;
  Equal others = Equal::refused;  // allowed: further columns may stand there
};
struct HasColumn {
  std::optional<std::int64_t> index;  // from 0
};
struct NoRows {
  std::string query;  // over the view `data`
};

// It cannot be evaluated, and says why: an error, never a pass.
struct Unusable {
  std::string why;
};

}  // namespace expect

using Expected =
    std::variant<expect::InRange, expect::LengthInRange, expect::Member, expect::Null,
                 expect::Distinct, expect::OfType, expect::ZScore, expect::Matching,
                 expect::DateFormat, expect::DateText, expect::JsonText, expect::JsonSchema,
                 expect::Sorted, expect::Greater, expect::PairEqual, expect::PairMember,
                 expect::CompoundDistinct, expect::DistinctInRecord, expect::RecordSum,
                 expect::Statistic, expect::NonNullShare, expect::Quantiles, expect::DistinctSet,
                 expect::MostCommon, expect::KlDivergence, expect::ChiSquare,
                 expect::KsDistribution, expect::KsBootstrap, expect::CramersPhi, expect::RowCount,
                 expect::RowCountOfOther, expect::ColumnCount, expect::ColumnOrder,
                 expect::ColumnNames, expect::HasColumn, expect::NoRows, expect::Unusable>;

struct Expectation {
  Expected expected;
  IgnoreRows ignore = IgnoreRows::all_missing;
};

// Where a check comes from that stood in a suite, and how it is shown. The columns that it names,
// its `mostly`, its row condition (as SQL) and its severity are those of the Check.
struct Origin {
  std::string type;       // "expect_column_values_to_be_between"
  std::string place;      // "suite.json:12:5"
  std::string id;         // as the suite gives it; may be empty
  std::size_t shown = 0;  // how many rows its sample may hold
};

}  // namespace mlpipe::stages::data_check
