// A repository in a temporary folder, for the tests of this room.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "runner/cache/files.hpp"
#include "runner/cache/index.hpp"
#include "runner/cache/object_store.hpp"

namespace mlpipe {

class Workspace {
 public:
  Workspace() : Workspace(testing::TempDir()) {}
  explicit Workspace(const std::string& where) {
    std::string pattern = where + "/mlpipe-cache-XXXXXX";
    root_ = mkdtemp(pattern.data());
  }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  ~Workspace() { (void)cache::remove_all(AT_FDCWD, root_); }

  [[nodiscard]] const std::string& root() const { return root_; }
  [[nodiscard]] std::string state() const { return root_ + "/.mlpipe"; }
  [[nodiscard]] std::string at(const std::string& path) const { return root_ + "/" + path; }
  [[nodiscard]] bool exists(const std::string& path) const {
    return std::filesystem::exists(std::filesystem::symlink_status(at(path)));
  }
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(at(path)).parent_path());
    std::ofstream(at(path), std::ios::binary) << text;
  }
  [[nodiscard]] std::string read(const std::string& path) const {
    std::ostringstream text;
    text << std::ifstream(at(path), std::ios::binary).rdbuf();
    return text.str();
  }
  [[nodiscard]] cache::ObjectStore store(cache::Link link = cache::Link::reflink_or_copy) const {
    return {state(), root_, link};
  }
  // What one look of a fresh process sees.
  [[nodiscard]] port::Content look(const std::string& path,
                                   cache::View view = cache::View::output) const {
    auto objects = store();
    cache::Index index(state(), root_, objects);
    auto content = index.look(path, view);
    EXPECT_TRUE(content) << (content ? "" : content.error().message);
    return content ? *content : port::Content{};
  }
  // Files below a folder of the state folder.
  [[nodiscard]] std::size_t count(const std::string& folder) const {
    std::size_t files = 0;
    std::error_code none;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(at(folder), none)) {
      files += entry.is_directory() ? 0 : 1;
    }
    return files;
  }

 private:
  std::string root_;
};

}  // namespace mlpipe
