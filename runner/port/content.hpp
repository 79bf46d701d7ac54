// What stands at a path, by content: the value that fingerprints, locks and stores speak of.
//
// tree object = "mlpipe-tree\x01" entry*, entries sorted by name bytewise, no name twice
// entry       = type:u8 name-length:u32le name digest:32 size:u64le
// A folder's digest is the sha256 of its tree object; a link's that of its target text; a file's
// that of its bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/digest.hpp"
#include "runner/base/error.hpp"

namespace mlpipe::port {

enum class EntryType : std::uint8_t { missing = 0, file = 1, executable = 2, link = 3, tree = 4 };

struct Content {
  EntryType type = EntryType::missing;
  Digest digest;
  std::uint64_t size = 0;  // bytes; of a tree: of all files below it
  friend bool operator==(const Content& a, const Content& b) {
    return a.type == b.type && (a.type == EntryType::missing || a.digest == b.digest);
  }
};

// "file:<64 hex>", "exec:…", "link:…", "tree:…", "missing": as in manifests and lock files.
[[nodiscard]] std::string to_text(const Content& content);
[[nodiscard]] std::optional<Content> content_from_text(std::string_view text);

struct TreeEntry {
  std::string name;  // any bytes but '/' and NUL; never empty, "." or ".."
  Content content;
};
[[nodiscard]] std::string encode_tree(const std::vector<TreeEntry>& sorted_entries);
[[nodiscard]] Result<std::vector<TreeEntry>> decode_tree(std::string_view bytes);

}  // namespace mlpipe::port
