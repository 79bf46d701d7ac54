// Paths that people write, made normal: relative to the repository root, without ".", ".." and a trailing "/".
// Knows nothing of what lies there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runner/spec/report.hpp"
#include "runner/spec/values.hpp"

namespace mlpipe::spec {

// What is done with it: read (must name something below the root), written (also not in .git or .mlpipe), or only
// worked in (may be the root).
enum class PathUse : std::uint8_t { read, written, worked_in };

// `what` names the key in messages. `root` is the absolute path of the repository, for the hint only.
[[nodiscard]] std::optional<std::string> check_path(const Text& written, std::string_view what, PathUse use,
                                                    const std::string& root, Report& report);

}  // namespace mlpipe::spec
