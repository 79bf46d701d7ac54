#include "runner/delta/counted.hpp"

#include <filesystem>

#include "runner/delta/location.hpp"
#include "runner/delta/log_folder.hpp"
#include "runner/delta/replay.hpp"
#include "runner/delta/vector_path.hpp"

namespace mlpipe::delta {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view log_name = "_delta_log";

// Below the table in normal form, or what no entry of its folder is called.
std::string relative(const std::string& root, const Result<std::string>& path) {
  return path ? fs::path(*path).lexically_relative(root).string() : "";
}

bool in_log(std::string_view path) {
  return path.starts_with(log_name) &&
         (path.size() == log_name.size() || path[log_name.size()] == '/');
}

bool is_hidden(std::string_view path) {
  const auto slash = path.rfind('/');
  return path.substr(slash == std::string_view::npos ? 0 : slash + 1).starts_with('.');
}

}  // namespace

Result<Counted> Counted::read(const std::string& folder) {
  const std::string root = fs::path(folder).lexically_normal().string();
  TRY(const LogFolder log, list_log(root));
  Counted counted;
  counted.whole_log_ = !log.commits.contains(log.newest());
  Replay replay;
  std::int64_t next = 0;
  counted.exact_ = !counted.whole_log_;
  for (const auto& [version, path] : log.commits) {
    counted.exact_ = counted.exact_ && version == next++;
    counted.commits_.insert(fs::path(path).filename().string());
    TRY_OK(read_commit(path, [&](Action action) {
      if (const auto* remove = std::get_if<Remove>(&action)) {
        counted.removed_.insert(relative(root, local_path(root, remove->path)));
      }
      replay.apply(std::move(action));
      return More::yes;
    }));
  }
  for (const Add& add : std::move(replay).files()) {
    const std::string path = relative(root, local_path(root, add.path));
    counted.live_.insert(path);
    counted.removed_.erase(path);
    if (add.vector && add.vector->storage != "i") {
      counted.live_.insert(relative(root, vector_path(root, *add.vector)));
    }
  }
  return counted;
}

bool Counted::counts_file(std::string_view path) const {
  if (in_log(path)) {
    const std::string_view name = path.substr(std::min(path.size(), log_name.size() + 1));
    return whole_log_ ? !is_hidden(path) && name != "_last_checkpoint" : commits_.contains(name);
  }
  return exact_ ? live_.contains(path) : !is_hidden(path) && !removed_.contains(path);
}

bool Counted::counts_folder(std::string_view path) const {
  if (in_log(path)) {
    return whole_log_ || path == log_name;
  }
  if (!exact_) {
    return true;
  }
  const std::string inside = std::string(path) + "/";
  const auto first = live_.lower_bound(inside);
  return first != live_.end() && first->starts_with(inside);
}

}  // namespace mlpipe::delta
