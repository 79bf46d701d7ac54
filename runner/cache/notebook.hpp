// The part of a Jupyter notebook that decides what it computes: the sources of its code cells, in
// order.
#pragma once

#include <string>
#include <string_view>

#include "runner/base/digest.hpp"
#include "runner/base/error.hpp"

namespace mlpipe::cache {

// sha256 over each code cell's source, each preceded by its length (u64le). Outputs, metadata,
// Markdown do not count. A source may be one string or a list of lines; both give the same digest.
// invalid: no notebook; `path` is named.
[[nodiscard]] Result<Digest> notebook_digest(std::string_view text, const std::string& path);

}  // namespace mlpipe::cache
