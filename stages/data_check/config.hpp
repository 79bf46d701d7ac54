// What a data check asks for, as values, read from the keys of the stage. Knows nothing of data,
// files or SQL engines.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/node.hpp"
#include "stages/table/source.hpp"

namespace mlpipe::stages::data_check {

using table::CsvOptions;
using table::Format;

// A number, string or boolean as it was written.
struct Scalar {
  spec::NodeKind kind = spec::NodeKind::null;
  std::string text;
  [[nodiscard]] bool is_number() const {
    return kind == spec::NodeKind::integer || kind == spec::NodeKind::real;
  }
};

struct Bounds {
  std::optional<double> min;
  std::optional<double> max;
  std::optional<double> equals;
};

enum class Exact : std::uint8_t { no, yes };                // yes: no column beside those named
enum class Ordered : std::uint8_t { no, yes };              // yes: in the order named
enum class Strict : std::uint8_t { none, min, max, both };  // which bound is itself outside

struct RowCount {
  Bounds bounds;
};
struct ColumnSet {
  std::vector<std::string> required;
  std::vector<std::string> forbidden;
  std::vector<std::pair<std::string, std::string>> types;
  Exact exact = Exact::no;
  Ordered ordered = Ordered::no;
};
struct NotNull {};
struct Unique {};      // several columns: their combination
struct PrimaryKey {};  // unique, and no part of it is missing
struct Between {
  std::optional<Scalar> min;
  std::optional<Scalar> max;
  Strict strict = Strict::none;
};
struct AcceptedValues {
  std::vector<Scalar> values;
};
struct Matches {
  std::string regex;  // RE2, searched anywhere in the value
};
struct Freshness {
  std::chrono::milliseconds max_age{0};
  std::string max_age_text;
};
struct Sql {
  std::string query;
  std::optional<Bounds> expect;  // absent: every row returned is a failure
};

using Rule = std::variant<RowCount, ColumnSet, NotNull, Unique, PrimaryKey, Between, AcceptedValues,
                          Matches, Freshness, Sql>;

enum class Severity : std::uint8_t { error, warning };
enum class OnEmpty : std::uint8_t { pass, warn, fail };

struct Check {
  std::string name;  // "between(temp_max)" where none was given
  Rule rule;
  std::vector<std::string> columns;  // one; several only for unique and primary_key
  double mostly = 1.0;
  std::string where;  // a boolean SQL expression; empty: every row
  Severity severity = Severity::error;
  OnEmpty on_empty = OnEmpty::pass;
  std::string owner;
};

// Whether what a Delta table promises of its rows is checked beside `checks`.
enum class Constraints : std::uint8_t { none, from_table };

struct Config : table::Source {
  Constraints constraints = Constraints::none;
  std::vector<Check> checks;
};

// The rule's key in the file: "row_count", "between" ...
[[nodiscard]] std::string rule_name(const Rule& rule);

// Reads every key; problems go to the diagnostics, all at once. `where` marks what has no place of
// its own.
[[nodiscard]] Config read_config(const spec::Node& config, spec::Mark where,
                                 spec::Diagnostics& diagnostics);

// A file for `mlpipe check`: a list of checks, or a map that holds `checks` and may hold `format`,
// `csv`, `on_empty`.
[[nodiscard]] Config read_checks_file(const spec::Node& document, spec::Diagnostics& diagnostics);

}  // namespace mlpipe::stages::data_check
