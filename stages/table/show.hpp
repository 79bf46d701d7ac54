// What a table is, and its rows as text: for people who look and for programs that compare.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"
#include "stages/table/malformed.hpp"
#include "stages/table/table.hpp"

namespace mlpipe::stages::table {

struct TableFacts {
  Format format = Format::csv;
  std::size_t files = 0;
  std::optional<std::int64_t> delta_version;
  std::int64_t rows = 0;
  std::vector<TableColumn> columns;
  Malformed malformed;  // lines of a CSV that are no rows, and not counted
};

[[nodiscard]] std::string format_name(Format format);

// Counts the rows; of Parquet and Delta from the footers.
[[nodiscard]] Result<TableFacts> describe_table(port::TableEngine& engine, const Table& table);

// The first `count` rows, each as one JSON object on a line. Numbers that are not finite are texts.
[[nodiscard]] Result<std::vector<std::string>> first_rows(port::TableEngine& engine,
                                                          const Table& table, std::int64_t count);

}  // namespace mlpipe::stages::table
