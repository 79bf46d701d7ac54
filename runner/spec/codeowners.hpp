// CODEOWNERS as GitHub and GitLab read it. Knows nothing of people beyond the names written there.
//
//   line     = pattern owner* | "[" section "]" [ "[" count "]" ] owner* | "^[" section "]" ... | "#" comment
//
// The last pattern that matches a path wins, without sections or within each section; the owners of all sections add
// up. An entry without owners has the section's (GitLab) or none (GitHub). Patterns are gitignore's without "!" and
// "[a-z]"; a blank in one is written "\ ".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mlpipe::spec {

class CodeOwners {
 public:
  static CodeOwners parse(std::string_view text);
  // In the order written, none twice. `path` is normal.
  [[nodiscard]] std::vector<std::string> of(std::string_view path) const;

 private:
  struct Rule {
    std::string pattern;
    std::vector<std::string> owners;
  };
  struct Section {
    std::string name;  // lower case: GitLab joins sections of one name
    std::vector<std::string> owners;
    std::vector<Rule> rules;
  };
  std::vector<Section> sections_;
};

// Where it is looked for, the first that exists.
[[nodiscard]] const std::vector<std::string>& codeowners_places();

}  // namespace mlpipe::spec
