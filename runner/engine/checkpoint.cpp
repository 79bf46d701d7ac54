#include "runner/engine/checkpoint.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "runner/engine/files.hpp"

namespace mlpipe::engine {
namespace {

namespace fs = std::filesystem;

// Whose checkpoint it is stands outside the folder: what lies in it belongs to the stage.
std::string owner_file(const std::string& state_dir, const std::string& path) {
  return state_dir + "/checkpoints/" + sha256(path).short_hex();
}

std::vector<fs::path> entries_by_age(const std::string& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    found.emplace_back(fs::last_write_time(at->path(), ignored), at->path());
  }
  std::sort(found.begin(), found.end());
  std::vector<fs::path> paths;
  for (auto& entry : found) {
    paths.push_back(std::move(entry.second));
  }
  return paths;
}

}  // namespace

Result<Resumed> open_checkpoint(const std::string& root, const std::string& state_dir,
                                const spec::Checkpoint& checkpoint, const Digest& fingerprint) {
  const std::string folder = root + "/" + checkpoint.path;
  const std::string owner = owner_file(state_dir, checkpoint.path);
  const auto held_for = read_file(owner);
  if (!held_for || *held_for != fingerprint.hex()) {
    TRY_OK(remove_all(folder));
    TRY_OK(write_file(owner, fingerprint.hex()));
  }
  TRY_OK(make_folders(folder));
  std::vector<fs::path> entries = entries_by_age(folder);
  for (std::size_t i = 0; i + checkpoint.keep < entries.size(); ++i) {
    TRY_OK(remove_all(entries[i].string()));
  }
  return entries.empty() ? Resumed::no : Resumed::yes;
}

Status close_checkpoint(const std::string& root, const std::string& state_dir,
                        const spec::Checkpoint& checkpoint) {
  TRY_OK(remove_all(root + "/" + checkpoint.path));
  return remove_all(owner_file(state_dir, checkpoint.path));
}

}  // namespace mlpipe::engine
