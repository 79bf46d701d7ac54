// The version, from the build.
#pragma once

namespace mlpipe::cli {

inline constexpr const char* version = MLPIPE_VERSION;

}  // namespace mlpipe::cli
