// Checkpoints of a Delta log: Parquet files that the engine reads, JSON ones, and their sidecars.
#pragma once

#include "runner/port/table_engine.hpp"
#include "stages/table/delta/log.hpp"

namespace mlpipe::stages::table::delta {

// Every action of a checkpoint, its sidecars included. Errors name the file.
Status read_checkpoint(port::TableEngine& engine, const LogFolder& log,
                       const Checkpoint& checkpoint, Replay& replay);

}  // namespace mlpipe::stages::table::delta
