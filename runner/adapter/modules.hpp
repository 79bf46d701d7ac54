// Opens the modules beside the binary on first use: <prefix>/lib/mlpipe/mlpipe_<name>.so, found
// relative to the binary
// (../lib/mlpipe, ../lib/<triplet>/mlpipe), or in MLPIPE_MODULE_DIR. Nothing here is loaded before
// it is asked for.
#pragma once

#include <memory>
#include <string>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"
#include "runner/port/vcs.hpp"

namespace mlpipe::adapter {

// The repository that `root` lies in. not_found: none is there. unavailable: the module or libgit2
// is missing.
Result<std::unique_ptr<port::Vcs>> open_vcs(const std::string& root);

// An in-memory DuckDB. unavailable: the module or libduckdb.so is missing; the message says how to
// get it.
Result<std::unique_ptr<port::TableEngine>> open_tables(const port::EngineLimits& limits);

}  // namespace mlpipe::adapter
