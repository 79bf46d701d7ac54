// The few things the engine does to files itself. Every write is a temporary file and a rename.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::engine {

// Writes `bytes` to an absolute path, making its folder where that is missing.
[[nodiscard]] Status write_file(const std::string& path, std::string_view bytes);
[[nodiscard]] Result<std::string> read_file(const std::string& path);
[[nodiscard]] Status make_folders(const std::string& path);
// Removes whatever stands there, a folder with all below it; nothing there is no error.
[[nodiscard]] Status remove_all(const std::string& path);
// Whether something stands there; links are not followed.
[[nodiscard]] bool stands(const std::string& path);
// rename(2); over file systems a copy and a removal.
[[nodiscard]] Status move_path(const std::string& from, const std::string& to);
// A file name made of any text: letters, digits and "-_.@" stay, all else becomes %XX.
[[nodiscard]] std::string file_name_of(std::string_view text);

}  // namespace mlpipe::engine
