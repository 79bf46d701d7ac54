// The columns of a table as SQL expressions, by what a rule needs them for. Knows nothing of rules.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "stages/data_check/values.hpp"
#include "stages/table/table.hpp"

namespace mlpipe::stages::data_check {

using table::Family;
using table::Format;
using table::Table;
using table::TableColumn;

// A column read in one way; each part is a complete expression.
struct ColumnSql {
  std::string value;
  std::string missing;             // the value is missing
  std::string unusable = "false";  // it is there, and cannot be read in this way
  std::string wanted;              // what it cannot be read as: "number", "date or time"
};

// The position of a column by its exact name; the message names the nearest one.
[[nodiscard]] Result<std::size_t> find_column(const Table& table, const std::string& name);

[[nodiscard]] ColumnSql value_column(const Table& table, std::size_t column);
[[nodiscard]] ColumnSql text_column(const Table& table, std::size_t column);
// invalid: the column's type can be no number, or no time; one sentence.
[[nodiscard]] Result<ColumnSql> number_column(const Table& table, std::size_t column);
[[nodiscard]] Result<ColumnSql> time_column(const Table& table, std::size_t column);

// The value as DOUBLE, integers beside it as they are.
[[nodiscard]] bool is_integer_column(const Table& table, std::size_t column);

[[nodiscard]] bool is_number(Family family);
[[nodiscard]] bool is_time(Family family);
[[nodiscard]] bool looks_like_time(const std::string& text);  // 2024-01-31...
[[nodiscard]] std::string number_literal(const Scalar& scalar);
[[nodiscard]] std::string number_literal(double value);
[[nodiscard]] std::string time_literal(const std::string& text);  // TIMESTAMP in UTC

// A column read as its limits are written: numbers, times or texts.
struct Limited {
  ColumnSql column;
  std::string low;  // empty: none
  std::string high;
  bool of_times = false;
};
[[nodiscard]] Result<Limited> limited_column(const Table& table, std::size_t column,
                                             const Limits& limits);
// "x < low OR x > high", or "false"
[[nodiscard]] std::string outside(const Limited& limited, Strict strict);

// Whether the value is one of a list: numbers as numbers, texts as texts, booleans by their names.
[[nodiscard]] Result<std::string> among(const Table& table, std::size_t column,
                                        const std::vector<Scalar>& values);

[[nodiscard]] tl::unexpected<Error> misfit(const Table& table, std::size_t column,
                                           const std::string& why);

}  // namespace mlpipe::stages::data_check
