#include "stages/profile/profile_table.hpp"

#include "runner/base/text.hpp"

namespace mlpipe::stages::profile {

Result<Profile> profile_table(const table::Source& source, const std::string& root,
                              const port::EngineLimits& limits, Host& host) {
  TRY(Columns columns, Columns::open(host, limits, source, root));
  std::string name;
  for (const std::string& one : source.tables) {
    name += (name.empty() ? "" : ", ") + printable(one);
  }
  return profile_of(columns, name);
}

}  // namespace mlpipe::stages::profile
