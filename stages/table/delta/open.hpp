// A Delta table made ready for the engine: one SELECT over its live files at one version.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"
#include "stages/table/delta/log.hpp"

namespace mlpipe::stages::table::delta {

// What the table promises of its rows, as SQL of its writer.
struct Constraint {
  std::string name;
  std::string condition;
};

struct Opened {
  std::int64_t version = 0;
  std::string select;              // the rows
  std::vector<std::string> paths;  // the files that the engine reads for them, absolute
  std::vector<Constraint> constraints;
  std::vector<std::string> not_null;  // columns
};

// Reads the log and the footers, and leaves the table mlpipe_deleted in the engine where rows are
// deleted. Errors: those of read_snapshot; not_found: a live file is not there.
[[nodiscard]] Result<Opened> open_table(port::TableEngine& engine, const std::string& root,
                                        const At& at);

}  // namespace mlpipe::stages::table::delta
