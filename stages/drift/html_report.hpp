// A comparison as one HTML page: no script, no network, light and dark, pictures as inline SVG.
#pragma once

#include <string>

#include "stages/drift/result.hpp"

namespace mlpipe::stages::drift {

[[nodiscard]] std::string to_html(const DriftResult& result);

}  // namespace mlpipe::stages::drift
