// A profile for people: a table for the terminal, and one HTML page. Knows no JSON.
#pragma once

#include <string>

#include "stages/profile/profile.hpp"

namespace mlpipe::stages::profile {

[[nodiscard]] std::string to_text(const Profile& profile);
// One page without script or network, light and dark, with a histogram of every column.
[[nodiscard]] std::string to_html(const Profile& profile);

}  // namespace mlpipe::stages::profile
