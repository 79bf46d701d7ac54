// The rows of a Delta table as SQL over its data files. Pure: from columns and files to text.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stages/table/delta/parquet_shape.hpp"
#include "stages/table/delta/schema.hpp"

namespace mlpipe::stages::table::delta {

struct DataFile {
  std::string path;                                             // absolute
  std::map<std::string, std::optional<std::string>> partition;  // physical name -> text
  std::int64_t deleted = 0;  // how many of its rows the table `mlpipe_deleted` names
};

// A table of the engine with the columns `file` (an index of the files) and `row` (from 0).
inline constexpr const char* deleted_rows = "mlpipe_deleted";

struct TableColumns {
  std::vector<Field> fields;
  std::vector<std::string> partition;  // physical names
  Mapping mapping = Mapping::none;
};

// Whether a column of the files has a name under which the engine counts files and rows, and hides
// that.
[[nodiscard]] bool hides_numbers(const FilesOfShape& shape);

// One SELECT with the table's columns under their names and types. Values of partitions are cast;
// `partition_probe` fails early where one cannot be.
[[nodiscard]] std::string select_rows(const TableColumns& columns,
                                      const std::vector<DataFile>& files,
                                      const std::vector<FilesOfShape>& shapes);
[[nodiscard]] std::optional<std::string> partition_probe(const TableColumns& columns,
                                                         const std::vector<DataFile>& files);

}  // namespace mlpipe::stages::table::delta
