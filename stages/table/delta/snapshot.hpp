// What a Delta table holds at one version: its protocol, its columns, its live files. Read from the
// log alone; no data file is opened. Procedure: PROTOCOL.md, "Action Reconciliation".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"
#include "stages/table/delta/log.hpp"

namespace mlpipe::stages::table::delta {

struct Snapshot {
  std::int64_t version = 0;
  Protocol protocol;
  Metadata metadata;
  std::vector<Add> files;  // live ones, in the order of their paths
};

// `root` is the table's folder, absolute. The engine reads checkpoints; it must not be locked down.
// not_found: no table or no such version. refused: a protocol beyond this reader. corrupt: a log
// with gaps, without protocol or metadata, or with lines that are no actions.
[[nodiscard]] Result<Snapshot> read_snapshot(port::TableEngine& engine, const std::string& root,
                                             const At& at);

}  // namespace mlpipe::stages::table::delta
