// Columns that stand in the names of folders: day=2024-01-01/part.parquet. Pure: from paths to
// columns and their SQL.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::stages::table {

struct PartitionColumn {
  std::string name;
  std::string type;                                // BIGINT, DATE or VARCHAR: what every value is
  std::vector<std::optional<std::string>> values;  // one for each file
};

// A file, and the folder that was named for it: only folders below that one tell columns.
struct PlacedFile {
  std::string path;
  std::string base;
};

// None where no folder has a `=` in its name. invalid: files whose folders name other columns than
// those of the first.
[[nodiscard]] Result<std::vector<PartitionColumn>> find_partitions(
    const std::vector<PlacedFile>& files);

// A scan of the files, in the order of the values, with the columns beside it, for use behind FROM.
// Text: as in the folder names.
enum class PartitionTypes { text, own };
[[nodiscard]] std::string with_partitions(const std::string& scan,
                                          const std::vector<PartitionColumn>& columns,
                                          PartitionTypes types);

}  // namespace mlpipe::stages::table
