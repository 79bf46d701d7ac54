// The rows of one data file that a table no longer has.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "stages/table/delta/log.hpp"

namespace mlpipe::stages::table::delta {

// Rising row numbers, from 0. corrupt: the bytes fail their checksum, grammar or number of rows.
[[nodiscard]] Result<std::vector<std::uint64_t>> read_deletion_vector(
    const std::string& root, const VectorDescriptor& descriptor);

}  // namespace mlpipe::stages::table::delta
