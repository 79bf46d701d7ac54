// A question that was answered "nothing to do", with the stat signatures that the answer rested on:
// while they all stand, the answer stands, at the price of one stat a path. Mapped, not parsed.
// Knows nothing of pipelines: key and payload are the caller's text. A cache: anything odd about a
// file reads as absent.
//
//   file   = header key payload folder-path* pad8 folder* entry* name*
//   header = "mlpipe-settled" endian-mark:u16, then as struct Header in settled_file.cpp
// Entries are grouped by folder, so that each folder is opened once. Numbers are in this machine's
// order: the file never travels.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/cache/seen.hpp"

namespace mlpipe::cache {

class SettledFile {
 public:
  // The answer to this key below the state folder; nullopt where there is none.
  [[nodiscard]] static std::optional<SettledFile> open(const std::string& state_dir,
                                                       std::string_view key);
  SettledFile(SettledFile&& other) noexcept;
  SettledFile& operator=(SettledFile&&) = delete;
  ~SettledFile();

  [[nodiscard]] std::string_view payload() const { return payload_; }
  // Whether each path has the signature it had, or still does not exist. Paths are relative to
  // `root`.
  [[nodiscard]] bool stands(const std::string& root) const;

 private:
  SettledFile(const char* data, std::size_t size) : data_(data), size_(size) {}
  [[nodiscard]] bool read(std::string_view key);
  const char* data_;
  std::size_t size_;
  std::string_view payload_;
};

// Replaces the answer to this key. `entries` as of Seen::take(). Of many keys the oldest answers
// are dropped.
Status write_settled(const std::string& state_dir, std::string_view key, std::string_view payload,
                     const std::vector<Seen::Entry>& entries);

}  // namespace mlpipe::cache
