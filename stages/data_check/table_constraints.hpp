// What a Delta table promises of its rows, as checks: its CHECK constraints, the invariants of its
// columns, and those that may not be null.
#pragma once

#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"
#include "stages/data_check/config.hpp"
#include "stages/table/table_files.hpp"

namespace mlpipe::stages::data_check {

// A constraint holds only where it is true: a row for which it is null breaks it (PROTOCOL.md,
// "CHECK Constraints"). It is the SQL of its writer; what this engine cannot evaluate of it ends as
// an error. invalid: the table is no Delta table. The engine is opened for this alone.
[[nodiscard]] Result<std::vector<Check>> checks_of_table(port::TableEngine& engine,
                                                         const table::TableFiles& files);

}  // namespace mlpipe::stages::data_check
