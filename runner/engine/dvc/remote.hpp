// A DVC remote that is a folder: objects and run cache in the layout of the cache itself. Other
// kinds of remotes are refused by name. Source: dvc/data_cloud.py,
// dvc_data/hashfile/{transfer,status}.py.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/dvc/tracker.hpp"

namespace mlpipe::engine::dvc {

enum class RunCache : std::uint8_t { without, with };

struct Moved {
  std::uint64_t objects = 0;
  std::vector<std::string> missing;  // paths whose objects are on neither side
};

class Remote {
 public:
  // `name`: of the remote; empty for the default one. not_found: there is none; refused: it is no
  // folder.
  static Result<Remote> open(const spec::dvc::Repository& repository, const std::string& name);

  // Children first, folder objects last: a folder object on a remote promises its content.
  [[nodiscard]] Result<Moved> push(Tracker& tracker, const std::vector<bool>& wanted,
                                   RunCache runs) const;
  [[nodiscard]] Result<Moved> fetch(Tracker& tracker, const std::vector<bool>& wanted,
                                    RunCache runs) const;
  // {"path": "new"|"deleted"|"missing"}: what cache and remote have not in common.
  [[nodiscard]] Result<std::string> status_json(Tracker& tracker,
                                                const std::vector<bool>& wanted) const;

 private:
  explicit Remote(std::string folder) : folder_(std::move(folder)) {}
  Status copy_runs(const std::string& from, const std::string& to, std::uint64_t& count) const;
  std::string folder_;
};

}  // namespace mlpipe::engine::dvc
