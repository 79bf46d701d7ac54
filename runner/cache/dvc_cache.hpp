// DVC's cache: objects by md5 under files/md5, those of DVC 2 directly under the root, and the run
// cache. Source: dvc_data/hashfile/db, dvc/cachemgr.py, dvc/stage/cache.py of DVC 3.67. Objects
// enter by temporary name and rename, with mode 0444; what the workspace gets was checked against
// its name. Knows nothing of stages and locks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/cache/dvc_files.hpp"
#include "runner/cache/dvc_link.hpp"

namespace mlpipe::cache {

// Where an object lies: files/md5/ab/cdef… or, of DVC 2, ab/cdef….
enum class DvcLayout : std::uint8_t { current, legacy };

class DvcCache {
 public:
  // folder: absolute. links: tried in this order. files: knows the md5 of what lies in the cache.
  DvcCache(std::string folder, std::vector<DvcLink> links, DvcFiles& files);

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string path_of(std::string_view oid, DvcLayout layout) const;
  [[nodiscard]] bool has(std::string_view oid, DvcLayout layout) const;
  // The object and, of a folder, everything its entries name.
  [[nodiscard]] bool has_all(const std::string& oid, DvcLayout layout) const;
  // A folder's entries. not_found, corrupt.
  [[nodiscard]] Result<std::vector<DvcEntry>> folder_entries(const std::string& oid,
                                                             DvcLayout layout) const;

  // Stores the file at the absolute path, whose md5 was just determined. changed: it no longer has
  // it.
  Status put_file(const std::string& path, const std::string& md5, DvcLayout layout) const;
  Status put_bytes(std::string_view bytes, const std::string& oid, DvcLayout layout) const;
  // Stores what stands at the absolute path.
  Status put(const std::string& path, const DvcContent& content, DvcLayout layout) const;
  // Replaces a file of the workspace by a link to its object where links are wanted; after
  // put_file.
  Status relink(const std::string& path, const DvcContent& content, DvcLayout layout) const;

  // Makes the absolute path hold the object; what stands there is replaced. corrupt: the object is
  // not what its name says. not_found: it is not here.
  struct Wanted {
    std::string oid;
    DvcLayout layout = DvcLayout::current;
    bool executable = false;
  };
  Status checkout(const std::string& path, const Wanted& wanted) const;
  // Run cache: the values under a key, newest first.
  [[nodiscard]] std::vector<std::string> run_values(const std::string& key) const;
  [[nodiscard]] std::string run_path(const std::string& key, const std::string& value) const;

  // Every object: oid and layout.
  [[nodiscard]] std::vector<std::pair<std::string, DvcLayout>> objects() const;

 private:
  Status store_file(const std::string& path, const std::string& md5, DvcLayout layout) const;
  Status checkout_file(const std::string& path, const Wanted& wanted) const;
  Status checkout_folder(const std::string& path, const Wanted& wanted) const;
  Status verify(const std::string& oid, DvcLayout layout) const;
  [[nodiscard]] bool links_share() const;

  std::string folder_;
  std::vector<DvcLink> links_;
  DvcFiles* files_;
};

}  // namespace mlpipe::cache
