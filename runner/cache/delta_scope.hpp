// Which entries of a folder count where it is a Delta table, or lies in one: what the table's
// latest version holds, so that a vacuum or a checkpoint is no change.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/cache/files.hpp"
#include "runner/delta/counted.hpp"

namespace mlpipe::cache {

class DeltaScope {
 public:
  // The folder `path`, open as `fd`, in which these names stand. A log that cannot be read hides
  // nothing.
  void enter(int fd, const std::string& path, const std::vector<Name>& names);
  // The scope of a folder within: it must not outlive `outer`.
  void stay(const DeltaScope& outer);

  [[nodiscard]] bool counts(const std::string& path, const Name& name) const;

 private:
  std::optional<delta::Counted> own_;
  const delta::Counted* counted_ = nullptr;  // nullptr: no table, everything counts
  std::size_t prefix_ = 0;                   // how much of a path leads to the table
};

}  // namespace mlpipe::cache
