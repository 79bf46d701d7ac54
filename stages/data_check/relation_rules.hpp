// Rules on a table beside another one, named in Config::others. Values only.
#pragma once

#include <string>
#include <vector>

#include "stages/data_check/values.hpp"

namespace mlpipe::stages::data_check {

// A table of `tables:`, and which of its columns stand for Check::columns; empty: those of the same
// names.
struct Other {
  std::string table;
  std::vector<std::string> columns;
};

// Rows whose key, where no part of it is missing, is no key of the other table.
struct ForeignKey {
  Other references;
};
// Rows whose values stand in the other table too: overlap of train and test, of rows or keys.
struct NoOverlap {
  Other with;
};
// Rows whose value the other table does not have: new categories, new labels.
struct KnownValues {
  Other in;
};
// Rows that are not later than every row of the other table: date leakage.
struct LaterThan {
  Other than;
};
// rows / rows of the other table.
struct RowRatio {
  std::string to;
  Bounds bounds;
};

}  // namespace mlpipe::stages::data_check
