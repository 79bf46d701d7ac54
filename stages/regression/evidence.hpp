// What a gate over predictions asks for, and what it answers, as values. Knows nothing of files,
// engines or how the numbers come about.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stages/regression/gates.hpp"
#include "stages/regression/metric.hpp"

namespace mlpipe::stages::regression {

enum class Test : std::uint8_t {
  automatic,
  bootstrap,
  bca,
  permutation,
  mcnemar,
  mcnemar_exact,
  mcnemar_chi2,
  delong,
  t,
  wilcoxon
};
[[nodiscard]] std::string_view name_of(Test test);
[[nodiscard]] std::optional<Test> test_named(std::string_view name);
[[nodiscard]] std::vector<std::string> test_names();

enum class OnInconclusive : std::uint8_t { pass, warn, fail };
enum class Correction : std::uint8_t { holm, none };

struct Columns {
  std::string label;
  std::string prediction;           // empty: the column `prediction`, where it is needed
  std::vector<std::string> scores;  // one: of the positive class; else CLASS=COLUMN for each class
  std::string key;                  // empty: row by row
  std::string group;                // the query a row belongs to, for ranked lists
  std::string positive;             // label of the positive class; empty: 1, true or yes
  double threshold = 0.5;           // score from which a row is predicted positive
};

// Rows judged apart: by the values of a column, by bins of it, or where an SQL condition holds.
struct SliceBy {
  std::string name;           // for people; the column where none was given
  std::string column;         // empty: sql
  std::vector<double> edges;  // ascending; empty: by value
  std::string sql;
};

// One metric and what it is held to.
struct Asked {
  Metric metric;
  Test test = Test::automatic;
  double margin = 0;          // how much worse does not matter, in the metric's unit
  std::optional<double> min;  // of the candidate's value
  std::optional<double> max;
  std::string by;  // fairness: the column of the groups
  plan::Finding::Level severity = plan::Finding::Level::error;
};

struct Evidence {
  Columns columns;
  std::vector<Asked> metrics;  // empty: what fits the data
  std::vector<SliceBy> slices;
  double margin = 0;  // of the metrics chosen where none is named, as is the test
  Test test = Test::automatic;
  std::optional<std::uint64_t>
      min_rows;  // of a slice; absent: the greater of 30 and 1 % of the rows
  double alpha = 0.05;
  double power = 0.8;
  OnInconclusive on_inconclusive = OnInconclusive::warn;
  Correction correction = Correction::holm;
  std::uint32_t draws = 10'000;
  std::uint64_t seed = 0;
};

enum class Verdict : std::uint8_t { pass, fail, inconclusive };
[[nodiscard]] std::string_view name_of(Verdict verdict);

struct Interval {
  double low = 0;
  double high = 0;
};

// One metric on one set of rows.
struct Row {
  const Asked* asked = nullptr;
  std::string slice;  // empty: all rows
  std::uint64_t rows = 0;
  double baseline = 0;
  double candidate = 0;
  double difference = 0;  // candidate - baseline
  double standard_error = 0;
  Interval interval;      // of the difference, at 1 - alpha
  double p_value = 1;     // two-sided, of no difference
  double p_worse = 1;     // two-sided, of a candidate worse by no more than the margin
  double adjusted = 1;    // p_worse after the correction
  double detectable = 0;  // the least change that this many rows show with the power asked for
  std::string test;
  std::uint32_t draws = 0;
  Verdict verdict = Verdict::inconclusive;
  std::string message;
};

// A slice or group that cannot be judged, and why.
struct Unjudged {
  std::string slice;
  std::string metric;  // empty: all
  std::uint64_t rows = 0;
  std::string why;
};

struct ConfusionTable {
  std::vector<std::string> classes;
  std::vector<std::uint64_t> baseline;  // label * classes + prediction
  std::vector<std::uint64_t> candidate;
};

struct Answer {
  Verdict verdict = Verdict::pass;
  std::uint64_t rows = 0;
  std::vector<Row> metrics;  // on all rows, in the order asked
  std::vector<Row> slices;   // worst first
  std::vector<Unjudged> unjudged;
  std::optional<ConfusionTable> confusion;
  std::optional<double> changed;  // share of predictions that differ
  std::vector<std::string> notes;
};

}  // namespace mlpipe::stages::regression
