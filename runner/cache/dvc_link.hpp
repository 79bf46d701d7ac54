// How a file of the workspace shares its bytes with an object of DVC's cache: reflink, hardlink,
// symlink, or not at all. Knows nothing of names of content.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::cache {

enum class DvcLink : std::uint8_t { reflink, hardlink, symlink, copy };
[[nodiscard]] std::string_view name(DvcLink link);

// Makes `path` hold the object's bytes by the first link that works, by temporary name and rename;
// a copy where none does. What stands there is replaced.
Status place_object(const std::vector<DvcLink>& order, const std::string& object,
                    const std::string& path, std::uint64_t size);
// Makes what stands there its own: a link becomes a copy, read-only becomes writable; folders with
// all below them.
Status unshare_path(const std::string& path);
// Removes what stands there, a folder with all below it. Nothing there is no error.
Status remove_path(const std::string& path);
[[nodiscard]] std::string folder_of_path(const std::string& path);

}  // namespace mlpipe::cache
