// JSON text as a spec::Node with marks, so that what is wrong in a suite can be pointed at. Knows
// nothing of expectations. Python's NaN, Infinity and -Infinity are numbers, as its json module
// writes them.
#pragma once

#include <string_view>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/node.hpp"

namespace mlpipe::stages::data_check {

// The marks point into file `file` of the Sources. With errors in `diagnostics` the node is good
// for nothing. A key that stands twice in one object is an error.
[[nodiscard]] spec::Node read_json(std::uint32_t file, std::string_view text,
                                   spec::Diagnostics& diagnostics);

}  // namespace mlpipe::stages::data_check
