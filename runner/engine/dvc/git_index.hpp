// Whether git tracks a path, read from its index file: an out that DVC caches may not be in git as
// well. Format: git's Documentation/gitformat-index.txt, versions 2 to 4. Knows nothing of commits.
#pragma once

#include <string>
#include <string_view>

#include "runner/base/error.hpp"

namespace mlpipe::engine::dvc {

// Whether the index holds `path` (relative to the repository's top) or anything below it. corrupt:
// the bytes are no index of a known version.
[[nodiscard]] Result<bool> index_names(std::string_view index, std::string_view path);

// For an absolute path, in the git repository around it; false where there is none, or no index
// yet.
[[nodiscard]] Result<bool> tracked_by_git(const std::string& path);

}  // namespace mlpipe::engine::dvc
