// From a path to its Content, at the price of a stat where nothing changed.
// Stat signatures (device, inode, size, mtime and ctime in ns, mode) stand for content only when
// clean, see DESIGN "Stat signatures". The index file is one memory-mapped, checksummed, sorted
// file; a damaged one is dropped.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/content.hpp"

namespace mlpipe::cache {

class ObjectStore;
class Seen;

// dependency: the ignore rules of DESIGN section 2 apply (__pycache__, .git, .mlpipeignore …).
// output: everything counts.
enum class View : std::uint8_t { dependency, output };

class Index {
 public:
  // Tree objects met on the way are put into `store` (so that `why` can walk them). Both outlive
  // the index.
  Index(std::string state_dir, std::string root, ObjectStore& store);
  ~Index();

  // A file, link or folder, or a glob (then a tree of the matches by their paths; `missing` where
  // nothing matches; a matched folder counts with all below it). Links are not followed, except
  // among the folders that lead to the path. What was looked at is remembered until forget():
  // within a run each path is read once. changed: it kept changing while being hashed; the message
  // names the file.
  Result<port::Content> look(const std::string& path, View view);
  // The code cells of a notebook: sha256 over their sources, in order; `file` content whose digest
  // is not the file's own.
  Result<port::Content> look_notebook(const std::string& path);
  // The paths that a glob matches, sorted, for messages and for moving outputs aside. What lies
  // below a matched folder is not listed. A path that is no glob gives itself where it exists.
  Result<std::vector<std::string>> expand(const std::string& pattern, View view = View::dependency);
  // Forget what is known of a path and below: it was written by a child or restored.
  void forget(const std::string& path);
  // From now on every look writes down what it rested on; nullptr: no longer. Outlives the index or
  // is taken away. What was looked at before and is still remembered is not written down.
  void watch(Seen* seen);
  // Writes the index file where anything was learnt (temporary file, rename). Not needed for
  // correctness.
  Status save();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlpipe::cache
