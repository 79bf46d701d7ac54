#include "runner/cache/glob.hpp"

#include <algorithm>
#include <utility>

#include "runner/base/text.hpp"
#include "runner/cache/tree_look.hpp"

namespace mlpipe::cache {
namespace {

struct Level {
  std::vector<Name> names;
  std::size_t next = 0;
};

}  // namespace

std::string literal_prefix(std::string_view pattern) {
  std::string prefix;
  for (const auto part : split(pattern, '/')) {
    if (is_glob(part)) {
      break;
    }
    prefix = join(prefix, part);
  }
  return prefix;
}

bool may_match_below(std::string_view pattern, std::string_view folder) {
  const auto parts = split(pattern, '/');
  const auto names = folder.empty() ? std::vector<std::string_view>{} : split(folder, '/');
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i >= parts.size()) {
      return false;
    }
    if (parts[i] == "**") {
      return true;
    }
    if (!glob_match(parts[i], names[i])) {
      return false;
    }
  }
  return names.size() < parts.size();
}

Result<std::vector<std::string>> expand_glob(const Selection& selection, Fd fd,
                                             const std::string& folder, Seen* seen) {
  std::vector<std::string> matches;
  Descent descent(std::move(fd), folder);
  std::vector<Level> levels(1);
  see_folder(seen, descent.fd(), folder);
  TRY(levels.back().names, list_folder(descent.fd(), folder));
  while (!levels.empty()) {
    Level& level = levels.back();
    if (level.next == level.names.size()) {
      levels.pop_back();
      if (!levels.empty()) {
        TRY_OK(descent.leave());
      }
      continue;
    }
    const Name& name = level.names[level.next++];
    if (!counts(selection, descent.path(), name)) {
      continue;
    }
    std::string path = join(descent.path(), name.text);
    if (glob_match(selection.pattern, path)) {
      matches.push_back(std::move(path));
      continue;
    }
    if (name.kind == Kind::folder && may_match_below(selection.pattern, path)) {
      TRY_OK(descent.enter(name.text));
      Level below;
      see_folder(seen, descent.fd(), descent.path());
      TRY(below.names, list_folder(descent.fd(), descent.path()));
      levels.push_back(std::move(below));
    }
  }
  std::sort(matches.begin(), matches.end());
  return matches;
}

}  // namespace mlpipe::cache
