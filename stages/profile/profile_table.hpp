// A table profiled in this process. Knows nothing of where the profile goes.
#pragma once

#include <string>

#include "stages/kind.hpp"
#include "stages/profile/profile.hpp"
#include "stages/table/source.hpp"

namespace mlpipe::stages::profile {

[[nodiscard]] Result<Profile> profile_table(const table::Source& source, const std::string& root,
                                            const port::EngineLimits& limits, Host& host);

}  // namespace mlpipe::stages::profile
