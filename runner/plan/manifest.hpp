// Manifest v1: everything that counts for a stage's result, as tagged, length-prefixed items. Its
// sha256 is the fingerprint.
//
//   manifest = "mlpipe-manifest\x01" item*
//   item     = tag:u8 name-length:u32le name value-length:u32le value
//
// Items stand in the order of Tag, then of name, then of value (bytewise), whatever order they were
// added in; an item added twice stands once. Equal content gives equal bytes. Knows nothing of
// files, stages or who computes the values. Not in it: stage name, needs, when, owners, timeout,
// retries, resources, attempt, executor, host, absolute paths.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/digest.hpp"
#include "runner/base/error.hpp"
#include "runner/plan/decision.hpp"

namespace mlpipe::plan {

enum class Tag : std::uint8_t {
  kind = 1,     // name: kind, value: version
  config = 2,   // value: canonical JSON
  command = 3,  // name: "cmd", "shell" or "working_dir"
  out = 4,      // name: path, value: "role flags" as text
  dep = 5,  // name: path as declared, value: "type:digest" ("file:…", "exec:…", "tree:…", "link:…")
  param = 6,  // name: "file:key", value: canonical JSON
  env = 7,  // name: variable, value: "=<text>" (env.set) or "#<hex digest>" (passed); absent: unset
  environment = 8,  // name: lock path, "python" or tool, value: digest
  platform = 9,     // name: "os-arch"
  baseline = 10,    // value: id of the baseline, "missing" where there is none
  seed = 11
};

struct Item {
  Tag tag;
  std::string name;
  std::string value;
};

class Manifest {
 public:
  void add(Tag tag, std::string_view name, std::string_view value);
  [[nodiscard]] std::string bytes() const;
  [[nodiscard]] Digest fingerprint() const { return sha256(bytes()); }
  [[nodiscard]] const std::vector<Item>& items() const;  // sorted

  // corrupt: anything that bytes() would not have written.
  static Result<Manifest> parse(std::string_view bytes);

 private:
  mutable std::vector<Item> items_;
  mutable bool sorted_ = true;
};

// What makes `now` differ from `then`, in the order of tags; empty only for equal manifests. A
// passed environment variable appears by name, without its digest. Items of a configuration are
// JSON pointers; a seed is the parameter "seed".
[[nodiscard]] std::vector<Change> diff(const Manifest& then, const Manifest& now);

}  // namespace mlpipe::plan
