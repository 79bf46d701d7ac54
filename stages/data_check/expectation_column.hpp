// A column as Great Expectations sees it through pandas: numbers, booleans, times and texts are
// kinds apart, a date in a CSV or in JSON lines is a text, NaN is missing. Pure: from a table's
// columns to SQL.
#pragma once

#include <string>

#include "runner/base/error.hpp"
#include "stages/data_check/values.hpp"
#include "stages/table/table.hpp"

namespace mlpipe::stages::data_check {

struct SuiteColumn {
  // mixed: values of several kinds, as JSON text; nothing: no row holds a value; other: lists,
  // maps.
  enum class Kind : std::uint8_t { number, boolean, time, text, mixed, nothing, other };
  Kind kind = Kind::text;
  std::string name;
  std::string type;     // the engine's
  std::string value;    // SQL
  std::string number;   // SQL, of numbers and booleans: DOUBLE or an integer; else empty
  std::string missing;  // SQL
  std::string json;     // SQL: the value as JSON text
};

// Needs a table that was opened with Types::written.
[[nodiscard]] Result<SuiteColumn> suite_column(const table::Table& table, const std::string& name);

// SQL: column = value. False for values of another kind, NULL only where the column is.
[[nodiscard]] std::string equals_sql(const SuiteColumn& column, const Scalar& value);
// SQL: the value is one of these.
[[nodiscard]] std::string member_sql(const SuiteColumn& column, const std::vector<Scalar>& values);
// A number or text as SQL. Reals are DOUBLE: as DECIMAL literals, 0.1 would not be the 0.1 of the
// data.
[[nodiscard]] std::string scalar_sql(const Scalar& value);
[[nodiscard]] std::string kind_name(SuiteColumn::Kind kind);  // "numbers", "texts" ...

}  // namespace mlpipe::stages::data_check
