// Patterns against the file system: where to start, where not to descend, what matches.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/cache/files.hpp"

namespace mlpipe::cache {

struct Selection;
class Seen;

// "data/*/x.csv" -> "data"; "*.csv" -> "".
[[nodiscard]] std::string literal_prefix(std::string_view pattern);
// Whether something below `folder` could match.
[[nodiscard]] bool may_match_below(std::string_view pattern, std::string_view folder);
// The paths that match selection.pattern below the open folder, sorted bytewise. What lies below a
// matched folder belongs to it and is not listed. Folders that were listed go to `seen`, where it
// is not nullptr.
[[nodiscard]] Result<std::vector<std::string>> expand_glob(const Selection& selection, Fd fd,
                                                           const std::string& folder, Seen* seen);

}  // namespace mlpipe::cache
