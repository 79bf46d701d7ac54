// Which files differ between two recorded folders. Reads tree objects and nothing else: the files
// themselves may be long gone. Folders that are equal are not opened, so one change in a million
// files costs one path.
#pragma once

#include <string>
#include <vector>

#include "runner/cache/object_store.hpp"
#include "runner/plan/decision.hpp"
#include "runner/port/content.hpp"

namespace mlpipe::engine {

struct FileChange {
  std::string path;  // relative to the root; an empty folder ends in "/"
  plan::ChangeKind change = plan::ChangeKind::modified;
  std::string old_value;  // 12 hex digits, after the type where that moved too; empty where none
  std::string new_value;
};

struct TreeDiff {
  std::vector<FileChange> files;    // the first `limit`, sorted by path component
  std::size_t count = 0;            // of all
  std::vector<std::string> unread;  // folders whose listing is not in the store (any more)
};

// `path` is where both stood; either may be a file, a link or missing.
[[nodiscard]] TreeDiff diff_trees(const cache::ObjectStore& store, const std::string& path,
                                  const port::Content& then, const port::Content& now,
                                  std::size_t limit);

}  // namespace mlpipe::engine
