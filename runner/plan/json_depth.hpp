// A guard before JSON is parsed into a tree: how deeply lists and maps nest. Knows nothing of what
// the text means, and looks at brackets outside strings only; whether the text is JSON at all is
// the parser's to say.
#pragma once

#include <cstddef>
#include <string_view>

namespace mlpipe::plan {

// Deep enough for every honest document; printing a deeper tree by recursion could exhaust the
// stack.
inline constexpr std::size_t max_json_depth = 128;

[[nodiscard]] bool nests_within(std::string_view json, std::size_t limit = max_json_depth);

}  // namespace mlpipe::plan
