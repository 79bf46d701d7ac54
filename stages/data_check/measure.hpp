// Numbers taken from a table, check by check: what is stored, and what a verdict can be taken from
// again later. Knows SQL and columns; knows nothing of thresholds being met, severities or messages
// to people.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"
#include "stages/data_check/config.hpp"
#include "stages/table/malformed.hpp"
#include "stages/table/table.hpp"

namespace mlpipe::stages::data_check {

using table::Family;
using table::family_of;
using table::Malformed;
using table::Table;
using table::TableColumn;
using table::TableFiles;
using table::Types;

struct SampleRow {
  std::optional<std::int64_t>
      row;  // in file order, from 1, the header not counted; absent for rows of an SQL check
  port::Cell value;
};

struct ValueCount {
  port::Cell value;
  std::int64_t rows = 0;
};

struct Segment;

struct Measured {
  std::string error;    // why it could not be measured; empty: it was
  std::string skipped;  // why there is nothing to measure it by (no earlier run); empty: it was
  std::int64_t considered = 0;
  std::int64_t missing = 0;
  std::int64_t violations = 0;
  port::Cell number;  // the metric of rules that have one: row count, mean, entropy ...
  port::Cell low;     // between: the least and greatest value that was met
  port::Cell high;
  std::optional<std::int64_t> latest_ms;  // freshness: Unix time of the newest value
  std::vector<SampleRow> sample;          // at most Config::samples
  std::vector<std::string> problems;      // columns, label_leakage ...: one sentence each
  std::vector<ValueCount> values;         // distinct_values, most_common, label_balance, ...
  std::vector<port::Cell> numbers;        // quantiles: one for each that was asked for
  std::string observed;                   // of a suite: JSON of the observed value; may be empty
  std::string details;                    // of a suite: a JSON object; may be empty
  std::vector<Segment> segments;          // with group_by, in the order of their names
};

// The rows of one value of `group_by`.
struct Segment {
  std::string name;
  Measured measured;
};

struct Measurement {
  std::int64_t rows = 0;
  std::vector<TableColumn> columns;
  Malformed malformed;
  std::vector<Measured> checks;  // parallel to Config::checks
};

// Files of the table that is checked, and of those beside it.
struct Tables {
  TableFiles data;
  std::vector<std::pair<std::string, TableFiles>> others;
};

// Whether a report would show rows at fault: only then they are looked for.
using WantsSample = std::function<bool(const Check&, const Measured&)>;

// An Error where a table itself cannot be read; a check that fails to evaluate carries its own
// error.
[[nodiscard]] Result<Measurement> measure(port::TableEngine& engine, const Tables& tables,
                                          const Config& config, const WantsSample& wants_sample);

}  // namespace mlpipe::stages::data_check
