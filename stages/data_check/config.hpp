// What a data check asks for, as values, read from the keys of the stage. Knows nothing of data,
// files or SQL engines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/node.hpp"
#include "stages/data_check/aggregate_rules.hpp"
#include "stages/data_check/expectation.hpp"
#include "stages/data_check/relation_rules.hpp"
#include "stages/data_check/row_rules.hpp"
#include "stages/data_check/table_rules.hpp"
#include "stages/data_check/values.hpp"
#include "stages/table/source.hpp"

namespace mlpipe::stages::data_check {

using table::CsvOptions;
using table::Format;

using Rule = std::variant<
    // of rows
    NotNull, IsNull, Between, AcceptedValues, ForbiddenValues, Matches, NotMatches, Like, NotLike,
    Length, HasFormat, TimeFormat, JsonSchema, NotBlank, Trimmed, NotSpecial, NoControl, ZScore,
    Iqr, Monotonic, Sequential, NoPersonalData, Compare, PairValues, RowSum, UniqueInRow,
    Expression, Unique, PrimaryKey, DuplicateRows, ConflictingLabels,
    // of columns
    MinValue, MaxValue, MomentValue, Quantiles, CardinalityValue, NotConstant, TopShare, Entropy,
    DistinctValues, MostCommon, Correlation, LabelBalance, LabelLeakage, NullSpellings,
    SpellingVariants, MixedTypes,
    // of the table
    RowCount, RowCountChange, ColumnCount, ColumnSet, Freshness, Periods, Files, Sql, Anomaly,
    // beside another table
    ForeignKey, NoOverlap, KnownValues, LaterThan, RowRatio,
    // of a suite of Great Expectations
    Expectation>;

struct Check {
  std::string name;  // "between(temp_max)" where none was given
  Rule rule;
  std::vector<std::string> columns;  // one; several for keys and rules on several columns
  double mostly = 1.0;               // of rules on rows: the share that must hold
  Zones zones;
  std::string where;                  // a boolean SQL expression; empty: every row
  std::vector<std::string> group_by;  // columns: the check is taken for each of their values
  std::int64_t min_rows = 0;          // with group_by: smaller segments are left out
  Severity severity = Severity::error;
  OnEmpty on_empty = OnEmpty::pass;
  std::string owner;
  std::optional<Origin> origin;  // of a suite: how Great Expectations names it
  spec::Mark mark;               // where it is written
};

// Whether what a Delta table promises of its rows is checked beside `checks`.
enum class Constraints : std::uint8_t { none, from_table };

// A table that checks and SQL may name beside the one that is checked.
struct OtherTable {
  std::string name;
  std::vector<std::string> paths;
};

inline constexpr std::size_t default_samples = 10;

struct Config : table::Source {
  std::vector<OtherTable> others;  // read with the same `csv`; their formats are told by names
  std::size_t samples = default_samples;  // how many failing rows are shown
  Constraints constraints = Constraints::none;
  std::vector<Check> checks;
  std::string suite;            // the path of a Great Expectations suite; empty: none
  spec::Node suite_parameters;  // a map of the values behind its parameters
};

// The rule's key in the file: "row_count", "between", "mean" ...
[[nodiscard]] std::string rule_name(const Rule& rule);

// Reads every key; problems go to the diagnostics, all at once. `where` marks what has no place of
// its own.
[[nodiscard]] Config read_config(const spec::Node& config, spec::Mark where,
                                 spec::Diagnostics& diagnostics);

// A file for `mlpipe check`: a list of checks, or a map that holds `checks` and may hold `format`,
// `csv`, `on_empty`.
[[nodiscard]] Config read_checks_file(const spec::Node& document, spec::Diagnostics& diagnostics);

}  // namespace mlpipe::stages::data_check
