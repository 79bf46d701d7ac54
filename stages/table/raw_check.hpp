// What the table engine would pass over in silence, looked for in the bytes themselves: compressed
// files that are cut off, and lines that are too long for it. Knows nothing of columns.
#pragma once

#include <string>

#include "runner/base/error.hpp"
#include "stages/table/source.hpp"

namespace mlpipe::stages::table {

// Of an uncompressed file only a byte here and there is read; a compressed one is unpacked once.
// corrupt: it is cut off or damaged. refused: a line of a CSV that is longer than longest_line, or
// a compressed file that is thousands of times as big as it looks.
[[nodiscard]] Status check_raw(const std::string& path, Format format);

inline constexpr std::size_t longest_line = 8U << 20U;  // bytes

}  // namespace mlpipe::stages::table
