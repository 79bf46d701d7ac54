// Which entries of a folder do not count as a dependency: the fixed list of DESIGN section 2 and
// `.mlpipeignore`. Knows nothing of files; .gitignore has no say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlpipe::cache {

enum class EntryIs : std::uint8_t { folder, other };

class Ignore {
 public:
  Ignore() = default;
  // `text`: lines as in a .gitignore at the root: `#` comments, `!` takes back, a trailing `/` for
  // folders only, a pattern with another `/` counts from the root, one without matches names at any
  // depth.
  explicit Ignore(std::string_view text);
  // `path` is relative to the root, `name` its last component. What lies below an ignored folder is
  // not asked for.
  [[nodiscard]] bool ignores(std::string_view path, std::string_view name, EntryIs entry) const;

 private:
  struct Rule {
    std::string pattern;
    bool negated = false;
    bool folders_only = false;
    bool anchored = false;
  };
  std::vector<Rule> rules_;
};

}  // namespace mlpipe::cache
