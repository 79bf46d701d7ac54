#include "runner/engine/aside.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "runner/base/text.hpp"
#include "runner/engine/files.hpp"

namespace mlpipe::engine {
namespace {

namespace fs = std::filesystem;

std::string runs_folder(const std::string& state_dir, const std::string& run_id) {
  return state_dir + "/aside/" + file_name_of(run_id);
}

Status move_back(const std::string& root, const std::string& folder,
                 const std::vector<std::string>& paths) {
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string moved = fmt::format("{}/{}", folder, i);
    if (stands(moved)) {
      TRY_OK(remove_all(root + "/" + paths[i]));
      TRY_OK(move_path(moved, root + "/" + paths[i]));
    }
  }
  return remove_all(folder);
}

}  // namespace

Result<Aside> Aside::take(const std::string& root, const std::string& state_dir,
                          const std::string& run_id, const std::vector<std::string>& paths) {
  Aside aside;
  aside.root_ = root;
  std::copy_if(paths.begin(), paths.end(), std::back_inserter(aside.paths_),
               [&](const std::string& path) { return stands(root + "/" + path); });
  if (aside.paths_.empty()) {
    return aside;
  }
  static unsigned counter = 0;
  aside.folder_ = fmt::format("{}/{}", runs_folder(state_dir, run_id), counter++);
  std::string list;
  for (const std::string& path : aside.paths_) {
    list += path + '\0';
  }
  TRY_OK(write_file(aside.folder_ + "/paths", list));
  for (std::size_t i = 0; i < aside.paths_.size(); ++i) {
    TRY_OK(move_path(root + "/" + aside.paths_[i], fmt::format("{}/{}", aside.folder_, i)));
  }
  return aside;
}

Status Aside::put_back() {
  return folder_.empty() ? Status{} : move_back(root_, folder_, paths_);
}

Status Aside::fill_gaps() {
  if (folder_.empty()) {
    return {};
  }
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    if (!stands(root_ + "/" + paths_[i])) {
      TRY_OK(move_path(fmt::format("{}/{}", folder_, i), root_ + "/" + paths_[i]));
    }
  }
  return remove_all(folder_);
}

Status Aside::drop() {
  return folder_.empty() ? Status{} : remove_all(folder_);
}

Status recover_aside(const std::string& root, const std::string& state_dir,
                     const std::string& run_id) {
  const std::string folder = runs_folder(state_dir, run_id);
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string attempt = at->path().string();
    const auto list = read_file(attempt + "/paths");
    if (!list) {
      continue;  // killed before anything was moved
    }
    std::vector<std::string> paths;
    for (const std::string_view path : split(*list, '\0')) {
      if (!path.empty()) {
        paths.emplace_back(path);
      }
    }
    TRY_OK(move_back(root, attempt, paths));
  }
  return remove_all(folder);
}

Result<std::string> keep_edited(const std::string& root, const std::string& run_id,
                                const std::string& path) {
  std::string kept = fmt::format(".mlpipe/kept/{}/{}", file_name_of(run_id), path);
  for (unsigned n = 2; stands(root + "/" + kept); ++n) {
    kept = fmt::format(".mlpipe/kept/{}/{}.{}", file_name_of(run_id), path, n);
  }
  TRY_OK(make_folders((root + "/" + kept).substr(0, (root + "/" + kept).rfind('/'))));
  TRY_OK(move_path(root + "/" + path, root + "/" + kept));
  return kept;
}

}  // namespace mlpipe::engine
