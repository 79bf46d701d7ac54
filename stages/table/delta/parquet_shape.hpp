// Which columns the data files of a table really have: files of one shape can be read together.
// Reads footers, through the engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"

namespace mlpipe::stages::table::delta {

// A column of a file. A list has its element as its only child, a map its key and its value.
struct ParquetColumn {
  std::string name;
  std::optional<std::int64_t> id;
  std::vector<ParquetColumn> children;
};

struct FilesOfShape {
  std::vector<ParquetColumn> columns;
  std::vector<std::size_t> files;  // indices of the paths that were asked about, rising
};

// Shapes in the order of their first file. corrupt: a file that is no Parquet file.
[[nodiscard]] Result<std::vector<FilesOfShape>> group_by_shape(
    port::TableEngine& engine, const std::vector<std::string>& paths);

}  // namespace mlpipe::stages::table::delta
