// Contents already determined in this process, until a path is forgotten. Knows nothing of files.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "runner/cache/index.hpp"
#include "runner/port/content.hpp"

namespace mlpipe::cache {

class Memo {
 public:
  [[nodiscard]] std::optional<port::Content> find(const std::string& path, View view) const;
  void remember(const std::string& path, View view, const port::Content& content);
  // Drops the path, what lies below it, the folders it lies in, and every glob that may see it.
  void forget(const std::string& path);
  void clear();

 private:
  using Contents = std::array<std::optional<port::Content>, 2>;  // by View
  std::map<std::string, Contents, std::less<>> paths_;
  std::unordered_map<std::string, Contents> globs_;
};

}  // namespace mlpipe::cache
