// Rules that single rows hold or break: of one column, of several, and of a row beside its
// neighbours. Their metric is the number of rows that break them. Values only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stages/data_check/values.hpp"

namespace mlpipe::stages::data_check {

struct NotNull {};
struct IsNull {};
struct Between {
  Limits limits;
};
struct AcceptedValues {
  std::vector<Scalar> values;
};
struct ForbiddenValues {
  std::vector<Scalar> values;
};

struct Matches {
  std::vector<std::string> regexes;  // RE2, searched anywhere in the value
  Quantifier needed = Quantifier::all;
};
struct NotMatches {
  std::vector<std::string> regexes;  // a match of any breaks the rule
};
struct Like {
  std::vector<std::string> patterns;  // of SQL: % and _
  Quantifier needed = Quantifier::all;
};
struct NotLike {
  std::vector<std::string> patterns;
};
struct Length {
  Bounds bounds;  // in code points
};

// What a value reads as.
enum class ValueFormat : std::uint8_t {
  integer,
  number,
  boolean,
  date,
  time,
  datetime,
  json,
  uuid,
  email,
  url,
  ipv4,
  ipv6
};
struct HasFormat {
  ValueFormat format = ValueFormat::number;
};
struct TimeFormat {
  std::string pattern;  // of strftime: %Y-%m-%d
};
struct JsonSchema {
  std::string schema;  // JSON text
};

// Hygiene of texts.
struct NotBlank {};    // holds more than blanks
struct Trimmed {};     // no blank at either end
struct NotSpecial {};  // holds a letter or a digit
struct NoControl {};   // no control characters

// |x - mean| / std (n - 1 in the denominator), taken over the considered rows.
struct ZScore {
  double max = 3.0;
  enum class Side : std::uint8_t { both, above };
  Side side = Side::both;  // above: only (x - mean) / std counts
};
// Within Q1 - factor * IQR and Q3 + factor * IQR; quantiles with linear interpolation.
struct Iqr {
  double factor = 1.5;
};

// Each value beside the one before it, in file order or that of `order_by`; missing ones are left
// out.
struct Monotonic {
  enum class Direction : std::uint8_t { increasing, decreasing };
  Direction direction = Direction::increasing;
  enum class Ties : std::uint8_t { allowed, forbidden };
  Ties ties = Ties::allowed;
  std::string order_by;  // a column; empty: file order
};
struct Sequential {
  double step = 1.0;
  std::string order_by;
};

enum class Personal : std::uint8_t { email, card, iban, phone, ssn, ipv4 };
struct NoPersonalData {
  std::vector<Personal> kinds;
};

// Which rows a rule on several columns leaves out.
enum class IgnoreRows : std::uint8_t { any_missing, all_missing, never };

// Check::columns holds both sides.
struct Compare {
  enum class Op : std::uint8_t { less, at_most, equal, differs, at_least, greater };
  Op op = Op::less;
  IgnoreRows ignore = IgnoreRows::any_missing;
};
// Check::columns holds both; a null within a pair stands for a missing value.
struct PairValues {
  std::vector<std::vector<Scalar>> values;
  IgnoreRows ignore = IgnoreRows::any_missing;
};
struct RowSum {
  Bounds bounds;
  double tolerance = 0.0;  // of `equals`
  IgnoreRows ignore = IgnoreRows::any_missing;
};
struct UniqueInRow {
  IgnoreRows ignore = IgnoreRows::all_missing;
};
struct Expression {
  std::string sql;  // a boolean expression over the view `data`; NULL breaks the rule
};

// Rows of a group with several members all count.
struct Unique {
  IgnoreRows ignore = IgnoreRows::all_missing;
};
struct PrimaryKey {};  // unique, and no part of it is missing
// Rows that equal an earlier one in all columns, or in Check::columns.
struct DuplicateRows {
  std::vector<std::string> except;  // columns that do not count
};
// Rows whose features equal those of a row with another label.
struct ConflictingLabels {
  std::string label;
  std::vector<std::string> features;  // empty: every other column
};

}  // namespace mlpipe::stages::data_check
