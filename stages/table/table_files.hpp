// Which files a table consists of, and in which format. Looks at names and sizes only.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "stages/table/partitions.hpp"
#include "stages/table/source.hpp"

namespace mlpipe::stages::table {

struct TableFiles {
  Format format = Format::csv;
  std::vector<std::string> paths;  // absolute, regular files, sorted; at least one. Of a Delta
                                   // table its folder alone
  delta::At at;                    // of a Delta table
  std::vector<PartitionColumn> partitions;  // columns in the names of folders; none of Delta
  char delimiter = ',';                     // csv: as configured, else by the file name
};

// `root` is absolute; paths may be relative to it or absolute. A folder stands for the files of one
// format below it, without hidden ones and those that begin with `_`; a folder that holds
// _delta_log is a Delta table, of which "folder@v3" names a version.
[[nodiscard]] Result<TableFiles> find_table_files(const Source& source, const std::string& root);

}  // namespace mlpipe::stages::table
