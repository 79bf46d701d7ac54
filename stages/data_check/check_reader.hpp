// One entry of `checks` as Check values.
#pragma once

#include <vector>

#include "stages/data_check/config.hpp"

namespace mlpipe::stages::data_check {

// Appends one Check, or one for each of `columns` where the rule looks at one column.
void read_check(const spec::Node& item, OnEmpty on_empty, std::vector<Check>& checks,
                spec::Diagnostics& diagnostics);

}  // namespace mlpipe::stages::data_check
