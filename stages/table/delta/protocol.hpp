// Whether this reader may read a table at all: versions and features that its protocol asks for.
#pragma once

#include "stages/table/delta/log.hpp"

namespace mlpipe::stages::table::delta {

// refused: names the version or the features that are beyond this reader.
[[nodiscard]] Status readable(const Protocol& protocol, const std::string& root);

}  // namespace mlpipe::stages::table::delta
