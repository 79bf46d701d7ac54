// Values as YAML text, laid out as ruamel.yaml lays out DVC's files: two blanks for maps, dashes
// where their parent stands, plain scalars wherever they read back as what they are. Knows nothing
// of what the values mean.
#pragma once

#include <string>

#include "runner/base/value.hpp"

namespace mlpipe::lock {

// Ends with a line end. Reads back as an equal value.
[[nodiscard]] std::string to_yaml(const Value& value);

}  // namespace mlpipe::lock
