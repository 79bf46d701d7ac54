// Reading a kind's own keys from the pipeline file, with complaints that point at the place. Knows
// nothing of any kind.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/spec/node.hpp"

namespace mlpipe::stages {

// The string under `key`; nullopt where absent or not a string.
[[nodiscard]] std::optional<std::string> text_at(const spec::Node& map, std::string_view key);
// A string, or a list of strings. Anything else is left out.
[[nodiscard]] std::vector<std::string> texts_of(const spec::Node* node);

}  // namespace mlpipe::stages
