// Rules on a table as a whole: its columns, rows, times, files, history, and people's SQL. Values
// only.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stages/data_check/values.hpp"

namespace mlpipe::stages::data_check {

struct RowCount {
  Bounds bounds;
};
// rows / rows of the stage's last good run - 1.
struct RowCountChange {
  Bounds bounds;
};
struct ColumnCount {
  Bounds bounds;
};

enum class Exact : std::uint8_t { no, yes };    // yes: no column beside those named
enum class Ordered : std::uint8_t { no, yes };  // yes: in the order named
struct ColumnSet {
  struct Typed {
    std::string column;
    std::vector<std::string> types;  // any of them
  };
  std::vector<std::string> required;
  std::vector<std::string> forbidden;
  std::vector<Typed> types;
  std::vector<std::pair<std::string, std::string>> widenings;   // a type that serves for another
  std::vector<std::pair<std::string, std::int64_t>> positions;  // column, its place from 0
  std::vector<std::string> not_null;                            // columns without a missing value
  Exact exact = Exact::no;
  Ordered ordered = Ordered::no;
};

struct Freshness {
  std::chrono::milliseconds max_age{0};
  std::string max_age_text;
};
enum class Period : std::uint8_t { hour, day, week, month, year };
// Every period from the first to the last time has `min_rows`. Metric: periods that have fewer.
struct Periods {
  Period every = Period::day;
  std::int64_t min_rows = 1;
  std::optional<Scalar> from;  // absent: the first time of the column
  std::optional<Scalar> to;
};

// Bytes and number of the table's files, and malformed lines of a CSV, which otherwise fail by
// themselves.
struct Files {
  Bounds parts;
  Bounds bytes;  // of each part
  Bounds malformed;
};

struct Sql {
  std::string query;
  std::optional<Bounds> expect;  // absent: every row returned is a failure
};

// The metric of another check beside its own values in the last runs.
struct Anomaly {
  enum class Method : std::uint8_t {
    sigma,  // |x - mean| <= k * std (n - 1)
    mad,    // |x - median| <= k * 1.4826 * median(|x_i - median|)
    change  // |x / last - 1| <= k
  };
  Method method = Method::sigma;
  double k = 3.0;
  std::int64_t min_runs = 5;
  std::string of;  // the name of a check in the same list
};

}  // namespace mlpipe::stages::data_check
