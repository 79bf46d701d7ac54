// What the runner asks of version control. Read only. Paths are relative to the repository root.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::port {

struct Head {
  std::string commit;             // 40 or 64 hex digits; empty before the first commit
  std::string branch;             // empty when detached
  std::vector<std::string> tags;  // that point at the commit
  bool dirty = false;             // tracked files differ from the commit
  std::string author;             // "name <mail>" of the configured identity, empty where none
};

class Vcs {
 public:
  virtual ~Vcs() = default;
  virtual Result<Head> head() = 0;
  // A ref, tag or (short) commit name to a commit. not_found: no such ref; unavailable: cut off by
  // a shallow clone.
  virtual Result<std::string> resolve(const std::string& ref) = 0;
  // unavailable where the history needed is cut off by a shallow clone; the message names the
  // command that fetches it.
  virtual Result<std::string> merge_base(const std::string& a, const std::string& b) = 0;
  // The bytes of a file at a commit; nullopt: the commit has no such file.
  virtual Result<std::optional<std::string>> file_at(const std::string& commit,
                                                     const std::string& path) = 0;
  // Paths that differ between a commit and the working tree (untracked, not ignored ones included).
  virtual Result<std::vector<std::string>> changed_since(const std::string& commit) = 0;
};

}  // namespace mlpipe::port
