// dvc.lock, schema 2.0, and the entries that it shares with .dvc files and the run cache: values
// checked, looked up, made. What the file holds beyond the stages asked for is kept as it is.
// Source: dvc/stage/serialize.py, dvc/stage/cache.py, dvc/schema.py of DVC 3.67. Knows nothing of
// files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/base/value.hpp"

namespace mlpipe::lock {

// A dep or an out of a lock entry or a .dvc file.
struct DvcEntry {
  std::string path;
  std::string oid;                // md5, etag or checksum; empty where none is known
  std::string algorithm = "md5";  // the key it stands under
  bool current = true;            // `hash: md5` is there; else it is of DVC 2
  std::optional<std::uint64_t> size;
  std::optional<std::uint64_t> nfiles;  // of a folder
  bool executable = false;
};
[[nodiscard]] DvcEntry read_entry(const Value& entry);
// {path, hash, md5, size, nfiles, isexec}: the order in a lock.
[[nodiscard]] Value to_value(const DvcEntry& entry);

class DvcLock {
 public:
  // An empty lock.
  DvcLock();
  // invalid: it is no lock of schema 2.0, or has keys that none may have.
  static Result<DvcLock> read(Value document);

  [[nodiscard]] const Value* stage(std::string_view name) const;
  // Nothing changes where the entry is equal already. True: it changed.
  bool set_stage(const std::string& name, Value entry);
  void take_stages(const DvcLock& other, const std::vector<std::string>& names);
  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::string text() const;

 private:
  void index();
  Value document_;
  std::unordered_map<std::string, std::size_t> at_;  // name -> place among the stages
};

// {cmd, deps, params, outs}: parts that are empty are left out. Deps and outs are sorted by path,
// params: params.yaml first, then by name, keys sorted.
struct DvcStageEntry {
  Value cmd;
  std::vector<DvcEntry> deps;
  std::vector<std::pair<std::string, Value>> params;  // file -> map of keys
  std::vector<DvcEntry> outs;
};
[[nodiscard]] Value to_value(DvcStageEntry entry);

// The names under which the run cache keeps an entry: sha256 of its canonical JSON, sizes taken out
// at every depth, outs by path alone for the key. invalid: a value that JSON cannot say.
struct RunNames {
  std::string key;
  std::string value;
  std::string key_text;
  std::string value_text;
};
[[nodiscard]] Result<RunNames> run_names(const Value& entry);

}  // namespace mlpipe::lock
