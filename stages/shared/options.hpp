// Readers of single options, for any kind. Each reports what is wrong with its node.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/node.hpp"

namespace mlpipe::stages {

[[nodiscard]] bool read_flag(const spec::Node& node, std::string_view key,
                             spec::Diagnostics& diagnostics);
// An error, with the nearest known key as its hint, for every other key of a map.
void known_keys(const spec::Node& node, std::initializer_list<std::string_view> keys,
                std::string_view place, spec::Diagnostics& diagnostics);
// How a message shows a value: `text`, "a list", "a map", "nothing".
[[nodiscard]] std::string shown(const spec::Node& node);

}  // namespace mlpipe::stages
