// Reading a kind's own keys from the pipeline file, with complaints that point at the place. Knows
// nothing of any kind.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/node.hpp"

namespace mlpipe::stages {

// One error for each key of `map` that is not among `known`, with the nearest one as a hint.
void only_keys(const spec::Node& map, std::span<const std::string> known,
               spec::Diagnostics& diagnostics);
// The scalar under `key`, which must be one of `allowed` where it is given.
void one_of(const spec::Node& map, std::string_view key, std::span<const std::string> allowed,
            spec::Diagnostics& diagnostics);
// The string under `key`; nullopt where absent or not a string.
[[nodiscard]] std::optional<std::string> text_at(const spec::Node& map, std::string_view key);
// A string, or a list of strings. Anything else is left out.
[[nodiscard]] std::vector<std::string> texts_of(const spec::Node* node);

}  // namespace mlpipe::stages
