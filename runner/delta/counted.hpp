// Which files below the folder of a Delta table decide what its latest version holds: the commits
// of its log, live data files, their deletion vectors. Checkpoints say again what commits say, and
// what a vacuum may remove is no part of the table. Reads the JSON of the log alone.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "runner/base/error.hpp"

namespace mlpipe::delta {

class Counted {
 public:
  // `root` is the table's folder. Errors: the log cannot be read; then every file counts.
  static Result<Counted> read(const std::string& root);

  // Paths are relative to the table's folder.
  [[nodiscard]] bool counts_file(std::string_view path) const;
  [[nodiscard]] bool counts_folder(std::string_view path) const;

 private:
  std::set<std::string, std::less<>> commits_;  // file names in _delta_log
  bool whole_log_ = false;  // the newest version has no commit: all of _delta_log counts
  // Where every commit since the first is there, the live files; else only those that are known not
  // to be live.
  bool exact_ = false;
  std::set<std::string, std::less<>> live_;
  std::set<std::string, std::less<>> removed_;
};

}  // namespace mlpipe::delta
