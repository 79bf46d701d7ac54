// Rules as in a .gitignore, from any number of files in any folders: .dvcignore and .gitignore.
// Source: gitignore(5). Knows nothing of who reads the files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mlpipe {

class IgnoreRules {
 public:
  // Adds the rules of a file that lies in `folder` ("" for the root). Later rules win.
  void add(std::string_view folder, std::string_view text);
  // Whether the entry itself is ignored; the folders around it are not looked at.
  enum class Is : std::uint8_t { folder, other };
  [[nodiscard]] bool ignores(std::string_view path, Is entry) const;
  // Whether the entry or a folder around it is.
  [[nodiscard]] bool hides(std::string_view path, Is entry) const;
  [[nodiscard]] bool empty() const { return rules_.empty(); }

 private:
  struct Rule {
    std::string folder;   // with a trailing slash, or empty
    std::string pattern;  // relative to it
    bool negated = false;
    bool folders_only = false;
    bool anchored = false;  // else the last component alone is matched
  };
  std::vector<Rule> rules_;
};

}  // namespace mlpipe
