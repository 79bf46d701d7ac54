// What a step reads of the working tree: files by path or pattern below the root. Knows nothing of
// formats.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::stages {

// Paths relative to `root`, sorted bytewise: the file itself, the files a glob matches, or all
// files below a folder. None where nothing is there. Links to folders are not followed.
[[nodiscard]] Result<std::vector<std::string>> files_at(const std::string& root,
                                                        const std::string& pattern);

// Hands a regular file over in blocks, for readers that stream; an error of `take` ends it.
Status read_blocks(const std::string& root, const std::string& path,
                   const std::function<Status(std::string_view)>& take);

// The bytes of a regular file. invalid: longer than `limit`, or no regular file.
[[nodiscard]] Result<std::string> read_file(const std::string& root, const std::string& path,
                                            std::uint64_t limit);

// Writes a file as a whole, making its folder where that is missing: a temporary name beside it,
// then a rename. `path` is absolute or relative to `root`.
Status write_file(const std::string& root, const std::string& path, std::string_view bytes);

// The last lines of a text that fit both limits, "..." in front where something was cut; blank ends
// are dropped.
[[nodiscard]] std::string last_lines(const std::string& text, std::size_t max_lines,
                                     std::size_t max_bytes);

}  // namespace mlpipe::stages
