// What one check is measured on: the table, those beside it, the rows that count. Knows nothing of
// rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "runner/base/error.hpp"
#include "stages/data_check/ask.hpp"
#include "stages/data_check/measure.hpp"
#include "stages/table/table.hpp"

namespace mlpipe::stages::data_check {

struct NamedTable {
  std::string name;
  Table table;
};

struct Ground {
  const Table& table;
  const std::vector<NamedTable>& others;
  const Check& check;
  std::string scope;             // SQL: the rows that count
  std::size_t samples;           // how many failing rows are shown
  const std::int64_t& all_rows;  // of the whole table; known after the first scan
  [[nodiscard]] std::int64_t rows() const { return all_rows; }
  std::function<bool(const Measured&)> wants_sample;  // whether a verdict would show failing rows
  Measured& out;
};

// The table of `tables:` by its name. invalid: there is none; the message names the nearest one.
[[nodiscard]] Result<const Table*> find_other(const Ground& ground, const std::string& name);

// Check::columns, or every column of the table where none is named.
[[nodiscard]] std::vector<std::string> columns_or_all(const Ground& ground);
// Every column but these.
[[nodiscard]] std::vector<std::string> columns_without(const Table& table,
                                                       const std::vector<std::string>& left_out);

}  // namespace mlpipe::stages::data_check
