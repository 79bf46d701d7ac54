// What is released: files and folders of the working tree under the names they have in a release,
// and their content as values. Knows nothing of targets.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runner/base/digest.hpp"
#include "runner/base/error.hpp"

namespace mlpipe::stages::deploy {

enum class EntryType : std::uint8_t { file, folder, link };

struct Entry {
  std::string path;  // in the release
  EntryType type = EntryType::file;
  bool executable = false;
  std::uint64_t size = 0;
  Digest digest;     // of a file's bytes, of a link's text
  std::string link;  // its text
  friend bool operator==(const Entry&, const Entry&) = default;
};

struct Artifact {
  std::string source;  // absolute
  std::string name;    // in the release: the last component of the path
};

// not_found: names the path that is missing. invalid: two of one name.
[[nodiscard]] Result<std::vector<Artifact>> find_artifacts(const std::string& root,
                                                           const std::vector<std::string>& paths);
// Every entry, sorted by path. invalid: a device or socket, or a link that leads out of its
// artifact (the release would change under it).
[[nodiscard]] Result<std::vector<Entry>> measure(const std::vector<Artifact>& artifacts);
// Copies into an empty folder and flushes. changed: the bytes are not those measured.
Status copy_artifacts(const std::vector<Artifact>& artifacts, const std::vector<Entry>& entries,
                      const std::string& folder);

[[nodiscard]] std::uint64_t total_size(const std::vector<Entry>& entries);
// JSON list, for records and manifests.
[[nodiscard]] std::string to_json(const std::vector<Entry>& entries);
[[nodiscard]] Result<std::vector<Entry>> entries_from_json(const std::string& text);

}  // namespace mlpipe::stages::deploy
