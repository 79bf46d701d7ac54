// Files and folders by md5, as DVC names content: at the price of a stat where nothing changed.
// Source: dvc_data/hashfile/{hash,build,tree}.py of DVC 3.67. Knows nothing of stages, locks or of
// DVC's cache.
//
//   folder object = json.dumps([{"md5": H, "relpath": "a/b"}, ...], sort_keys=True), sorted by
//                   relpath; its name is the md5 of these bytes and ".dir"
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/base/ignore_rules.hpp"

namespace mlpipe::cache {

// How bytes become a name. dos2unix: of DVC 2, where \r\n counts as \n in what looks like text.
enum class DvcHash : std::uint8_t { md5, md5_dos2unix };

struct DvcFile {
  std::string md5;  // 32 hex digits
  std::uint64_t size = 0;
  bool executable = false;
};

struct DvcEntry {
  std::string relpath;
  std::string md5;
  std::uint64_t size = 0;
};

// What stands at a path.
struct DvcContent {
  enum class Type : std::uint8_t { missing, file, folder };
  Type type = Type::missing;
  std::string oid;  // md5, with ".dir" for a folder; empty where nothing stands
  std::uint64_t size = 0;
  bool executable = false;          // a file alone
  std::vector<DvcEntry> entries{};  // of a folder, sorted by relpath
};

// The bytes of a folder's object.
[[nodiscard]] Result<std::string> dvc_folder_object(const std::vector<DvcEntry>& sorted);
[[nodiscard]] Result<std::vector<DvcEntry>> read_dvc_folder_object(std::string_view bytes);

class DvcFiles {
 public:
  // state_dir: absolute path of .mlpipe. root: absolute path of the project.
  DvcFiles(std::string state_dir, std::string root);
  ~DvcFiles();

  // `path` is relative to the root or absolute; links are followed. Rules hide entries of folders.
  // Remembered until forget(). invalid: an ignore file or a broken link inside a folder.
  Result<DvcContent> look(const std::string& path, DvcHash hash, const IgnoreRules& rules);
  // One file, not remembered.
  Result<DvcFile> look_file(const std::string& path, DvcHash hash);
  // Files may have changed: a command ran, or something was written.
  void forget();
  // Notes that these bytes were just written to the file: it need not be read to know its name.
  void learn(const std::string& path, const std::string& md5);
  Status save();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlpipe::cache
