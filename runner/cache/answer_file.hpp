// An answer kept between two commands, with the stat signatures that it rested on: while they all
// stand, the answer stands, at the price of one stat a path. Mapped, not parsed. Knows nothing of
// what was asked: key and payload are the caller's bytes. A cache: anything odd about a file reads
// as absent.
//
//   file   = header key payload folder-path* pad8 folder* entry* name*
//   header = "mlpipe-answers" endian-mark:u16, then as struct Header in answer_file.cpp
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

class AnswerFile {
 public:
  // The answer to this key among those of `kind`, a folder in the state folder; nullopt where there
  // is none.
  [[nodiscard]] static std::optional<AnswerFile> open(const std::string& state_dir,
                                                      std::string_view kind, std::string_view key);
  AnswerFile(AnswerFile&& other) noexcept;
  AnswerFile& operator=(AnswerFile&&) = delete;
  ~AnswerFile();

  [[nodiscard]] std::string_view payload() const { return payload_; }
  // The paths that do not have the signature they had, or came into being. nullopt: more than
  // `most`; then not all were looked at. Relative paths are below `root`.
  [[nodiscard]] std::optional<std::vector<std::string>> changed(const std::string& root,
                                                                std::size_t most) const;
  [[nodiscard]] bool stands(const std::string& root) const { return changed(root, 0).has_value(); }
  [[nodiscard]] std::vector<Seen::Entry> entries() const;

 private:
  AnswerFile(const char* data, std::size_t size) : data_(data), size_(size) {}
  [[nodiscard]] bool read(std::string_view key);
  const char* data_;
  std::size_t size_;
  std::string_view payload_;
};

// Replaces the answer to this key. `entries` as of Seen::take(). Of many keys the oldest answers
// are dropped.
Status write_answer(const std::string& state_dir, std::string_view kind, std::string_view key,
                    std::string_view payload, const std::vector<Seen::Entry>& entries);

}  // namespace mlpipe::cache
