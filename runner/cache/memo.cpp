#include "runner/cache/memo.hpp"

#include "runner/base/text.hpp"
#include "runner/cache/glob.hpp"

namespace mlpipe::cache {
namespace {

bool lies_below(std::string_view path, std::string_view folder) {
  return folder.empty() ||
         (path.size() > folder.size() && path.substr(0, folder.size()) == folder &&
          (path[folder.size()] == '/' || path[folder.size()] == '\0'));
}

}  // namespace

std::optional<port::Content> Memo::find(const std::string& path, View view) const {
  const auto slot = static_cast<std::size_t>(view);
  if (is_glob(path)) {
    const auto found = globs_.find(path);
    return found == globs_.end() ? std::nullopt : found->second[slot];
  }
  const auto found = paths_.find(path);
  return found == paths_.end() ? std::nullopt : found->second[slot];
}

void Memo::remember(const std::string& path, View view, const port::Content& content) {
  auto& contents = is_glob(path) ? globs_[path] : paths_[path];
  contents[static_cast<std::size_t>(view)] = content;
}

void Memo::forget(const std::string& path) {
  if (path.empty() || path == ".") {
    clear();
    return;
  }
  for (auto glob = globs_.begin(); glob != globs_.end();) {
    const std::string prefix = literal_prefix(glob->first);
    const bool related = glob->first == path || prefix == path || lies_below(prefix, path) ||
                         lies_below(path, prefix);
    glob = related ? globs_.erase(glob) : std::next(glob);
  }
  // In bytewise order what lies below "a" is not all next to it: "a-b" stands between "a" and
  // "a/b".
  for (const char separator : {'\0', '/'}) {
    const std::string start = path + separator;
    auto below = paths_.lower_bound(start);
    while (below != paths_.end() && below->first.substr(0, start.size()) == start) {
      below = paths_.erase(below);
    }
  }
  std::string above = path;
  for (;;) {
    paths_.erase(above);
    const auto slash = above.rfind('/');
    if (slash == std::string::npos || slash == 0) {
      break;
    }
    above.resize(slash);
  }
  paths_.erase(".");
}

void Memo::clear() {
  paths_.clear();
  globs_.clear();
}

}  // namespace mlpipe::cache
