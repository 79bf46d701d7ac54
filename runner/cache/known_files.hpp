// What is known of files: the index file, and over it what this process learnt. Knows nothing of
// how content is determined. Folders are named by their path relative to the root, the root itself
// by the empty path.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runner/cache/index_file.hpp"

namespace mlpipe::cache {

class KnownFiles {
 public:
  KnownFiles(std::string state_dir, std::string root);

  [[nodiscard]] std::optional<Known> find(const std::string& folder, std::string_view name) const;
  void learn(const std::string& folder, std::string_view name, const Known& known);
  void drop(const std::string& folder, std::string_view name);
  // Writes the index file where anything was learnt. Folders that are gone are left out.
  Status save();

 private:
  friend class Cursor;
  using Learnt =
      std::map<std::string, std::optional<Known>, std::less<>>;  // empty: the file is gone
  [[nodiscard]] const Learnt* learnt(const std::string& folder) const;
  [[nodiscard]] bool is_folder(std::string_view folder) const;
  std::string state_dir_;
  std::string root_;
  IndexFile file_;
  std::unordered_map<std::string, Learnt> learnt_;
};

// Goes through one folder in ascending order of names, without searching.
class Cursor {
 public:
  Cursor(const KnownFiles& known, const std::string& folder);
  [[nodiscard]] std::optional<Known> take(std::string_view name);
  // Names that are known but were passed over: these files are no longer there. Call after the last
  // take().
  [[nodiscard]] std::vector<std::string> passed_over();

 private:
  void skip_to(std::string_view name);
  std::optional<IndexFile::Folder> stored_;
  const KnownFiles::Learnt* learnt_;
  std::size_t next_ = 0;
  std::vector<std::string> passed_over_;
};

}  // namespace mlpipe::cache
