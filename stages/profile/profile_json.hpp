// A profile as JSON and back: the contract of `mlpipe profile --json` (schemas/profile.schema.json)
// and the file that a drift stage takes as its reference. Its `sha256` is that of the document
// without it, so that a changed or cut file is told.
#pragma once

#include <string>
#include <string_view>

#include "runner/base/error.hpp"
#include "stages/profile/profile.hpp"

namespace mlpipe::stages::profile {

[[nodiscard]] std::string to_json(const Profile& profile);
// corrupt: no profile, one of another version, or one whose sha256 is wrong. A profile without
// sha256 was written by hand; a column of it may hold a histogram alone.
[[nodiscard]] Result<Profile> from_json(std::string_view text);
// Whether the file begins as a profile does.
[[nodiscard]] bool looks_like_profile(std::string_view text);

}  // namespace mlpipe::stages::profile
