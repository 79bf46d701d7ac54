// Objects by content under .mlpipe/objects/ab/cdef…: single read-only files. Knows nothing of
// stages. Every object enters by temporary file and rename; an object with wrong content is never
// served: one whose size or signature is not what was stored is hashed again, and set aside as
// corrupt when it differs.
#pragma once

#include <memory>
#include <string>

#include "runner/base/error.hpp"
#include "runner/port/content.hpp"

namespace mlpipe::cache {

enum class Link : std::uint8_t { reflink_or_copy, hardlink };

class ObjectStore {
 public:
  // state_dir: absolute path of .mlpipe. root: absolute path of the repository. Creates nothing
  // until the first put.
  ObjectStore(std::string state_dir, std::string root, Link link);
  ~ObjectStore();

  [[nodiscard]] bool has(const Digest& digest) const;
  // Whether the object and, for a tree, everything below it is here.
  [[nodiscard]] bool has_all(const port::Content& content) const;
  // Small objects (tree objects, results): the bytes, checked against the digest.
  [[nodiscard]] Result<std::string> read(const Digest& digest) const;
  Result<Digest> put(std::string_view bytes);
  // Stores what stands at `path` (relative to root), whose content was just determined; for a tree
  // everything below it. changed: the bytes no longer match; nothing wrong is stored.
  Status put_path(const std::string& path, const port::Content& content);
  // Makes `path` be `content`, by temporary name and rename. What stood there is replaced.
  // not_found: an object is not here. The previous state stays in every failure.
  Status restore(const std::string& path, const port::Content& content);
  // Notes that an object is in use, so that gc leaves it alone for its grace time. False: it is not
  // here.
  bool keep(const Digest& digest) const;
  // Flushes the file system of the objects: before a journal record that must survive a power
  // failure names them.
  Status flush() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlpipe::cache
