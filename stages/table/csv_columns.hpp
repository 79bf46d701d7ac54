// The columns of CSV files: their names from the header, their types from every row. No sniffing:
// each decision stands in the options or in this room's documentation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"
#include "stages/table/source.hpp"
#include "stages/table/table.hpp"
#include "stages/table/table_files.hpp"

namespace mlpipe::stages::table {

// Of the first file; every other part must agree. Without a header: column1, column2 ...
// invalid: no header, names that are empty, equal or differ only in case, parts that disagree.
[[nodiscard]] Result<std::vector<std::string>> read_csv_header(port::TableEngine& engine,
                                                               const TableFiles& files,
                                                               const CsvOptions& csv);

// The arguments of read_csv behind the paths: explicit dialect, every column as text. No closing
// parenthesis.
[[nodiscard]] std::string csv_arguments(const TableFiles& files, const CsvOptions& csv,
                                        const std::vector<std::string>& names);

// The narrowest of BOOLEAN, BIGINT, DOUBLE, DATE, TIMESTAMP, TIMESTAMP WITH TIME ZONE and VARCHAR
// that every value of the column is. Numbers with leading zeros and integers beyond 18 digits are
// text. `source` reads text columns.
[[nodiscard]] Result<std::vector<TableColumn>> infer_csv_types(
    port::TableEngine& engine, const std::string& source, const std::vector<std::string>& names);

// One record of a CSV; `complete` tells whether its last quoted value was closed.
struct CsvRecord {
  std::vector<std::string> values;
  bool complete = true;
};
[[nodiscard]] CsvRecord split_csv_record(std::string_view text, char delimiter, char quote);

}  // namespace mlpipe::stages::table
