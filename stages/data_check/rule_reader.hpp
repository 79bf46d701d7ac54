// One entry of `checks` as Check values, and the small readers it shares with the options around
// it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "stages/data_check/config.hpp"

namespace mlpipe::stages::data_check {

// Appends one Check, or one for each of `columns` where the rule looks at one column.
void read_check(const spec::Node& item, OnEmpty on_empty, std::vector<Check>& checks,
                spec::Diagnostics& diagnostics);

[[nodiscard]] OnEmpty read_on_empty(const spec::Node& node, spec::Diagnostics& diagnostics);
[[nodiscard]] bool read_flag(const spec::Node& node, std::string_view key,
                             spec::Diagnostics& diagnostics);
// An error, with the nearest known key as its hint, for every other key of a map.
void known_keys(const spec::Node& node, std::initializer_list<std::string_view> keys,
                std::string_view place, spec::Diagnostics& diagnostics);
// How a message shows a value: `text`, "a list", "a map", "nothing".
[[nodiscard]] std::string shown(const spec::Node& node);

}  // namespace mlpipe::stages::data_check
