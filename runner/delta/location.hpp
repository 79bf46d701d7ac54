// Where the files of a Delta table lie: the URIs of its log as paths. Touches no disk.
#pragma once

#include <string>
#include <string_view>

#include "runner/base/error.hpp"

namespace mlpipe::delta {

// "a%20b" -> "a b". A percent sign without two hexadecimal digits stands for itself.
[[nodiscard]] std::string decode_uri(std::string_view text);

// A decoded form in which two spellings of one place are equal: "file:///a", "file:/a" and "/a".
[[nodiscard]] std::string comparable_path(std::string_view uri);

// The absolute path of a URI of the log; relative ones are below `root`. refused: another scheme
// than file.
[[nodiscard]] Result<std::string> local_path(const std::string& root, const std::string& uri);

}  // namespace mlpipe::delta
