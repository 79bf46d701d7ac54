// .dvc/config: the options that reach what mlpipe does. System, user, repository and local files,
// the later winning. Source: dvc/config_schema.py of DVC 3.67. Knows nothing of what an option
// means.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::spec::dvc {

class Config {
 public:
  // Reads what is there below root/.dvc and in the user's folder. invalid: "path:line: ...".
  static Result<Config> read(const std::string& root);
  // For one text: "[core]\nremote = r\n" -> core.remote; `folder` is where paths in it start.
  Status add(std::string_view text, const std::string& path, const std::string& folder);

  // "core.remote", "cache.type", "remote.NAME.url"; empty where it is not set.
  [[nodiscard]] std::string get(const std::string& key) const;
  [[nodiscard]] bool flag(const std::string& key) const;
  // An absolute path: relative ones count from the folder of the file that set them.
  [[nodiscard]] std::optional<std::string> path(const std::string& key) const;
  [[nodiscard]] std::vector<std::string> files_read() const { return files_; }

 private:
  struct Setting {
    std::string value;
    std::string folder;
  };
  std::map<std::string, Setting> settings_;
  std::vector<std::string> files_;
};

}  // namespace mlpipe::spec::dvc
