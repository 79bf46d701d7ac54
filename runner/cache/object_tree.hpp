// Storing and restoring what lies at a place: files, links, and folders by their tree objects.
// Knows nothing of the repository's root, of ignore rules or of indexes.
#pragma once

#include <string>

#include "runner/base/error.hpp"
#include "runner/cache/object_files.hpp"
#include "runner/cache/object_store.hpp"
#include "runner/port/content.hpp"

namespace mlpipe::cache {

// A tree object's entries. not_found: it is not here; corrupt: its bytes are no tree object.
[[nodiscard]] Result<std::vector<port::TreeEntry>> read_tree(const ObjectFiles& objects,
                                                             const Digest& digest);

// Stores `content`, which stands at `name` below `at`. What a folder holds beyond its tree object
// is left alone. changed: the bytes are no longer those of `content`.
Status store_at(const ObjectFiles& objects, int at, const std::string& name,
                const port::Content& content, const std::string& path);

// Makes `content` at `name` below `at`, where nothing stands yet. A failure may leave a part of it.
Status build_at(const ObjectFiles& objects, Link link, int at, const std::string& name,
                const port::Content& content, const std::string& path);

}  // namespace mlpipe::cache
