// The index file: for each folder a block of what is known of the files in it. Mapped, not parsed;
// a look-up touches its own block only, whose checksum is verified at its first use. A cache:
// anything odd about it reads as absent.
//
//   file   = header block* slot*
//   header = "mlpipe-index\x01" endian-mark:u16 pad, file-size table-offset slots checksum (u64
//   each; over header and slots) block  = checksum length path-length:u32 count:u32 path pad8
//   entry*count name*count pad8   (over all after checksum) slot   = hash offset (u64 each; open
//   addressing by the hash of the folder's path, offset 0: empty)
// Entries are sorted by name bytewise. Numbers are in this machine's order: the file never travels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/digest.hpp"
#include "runner/base/error.hpp"
#include "runner/cache/files.hpp"
#include "runner/cache/signature.hpp"

namespace mlpipe::cache {

// What was learnt of a file.
struct Known {
  Signature signature;
  Digest digest;
  Trust trust = Trust::unproven;
};

class IndexFile {
 public:
  // A block, valid as long as the file is open.
  class Folder {
   public:
    Folder(std::string_view path, const char* entries, std::size_t count, std::string_view names)
        : path_(path), entries_(entries), count_(count), names_(names) {}
    [[nodiscard]] std::string_view path() const { return path_; }
    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] std::string_view name(std::size_t i) const;
    [[nodiscard]] Known known(std::size_t i) const;
    [[nodiscard]] std::optional<Known> find(std::string_view name) const;

   private:
    std::string_view path_;
    const char* entries_;
    std::size_t count_;
    std::string_view names_;
  };

  IndexFile() = default;
  // Empty where the file is missing, damaged or of another version.
  explicit IndexFile(const std::string& path);
  ~IndexFile();
  IndexFile(IndexFile&& other) noexcept;
  IndexFile& operator=(IndexFile&& other) noexcept;

  [[nodiscard]] std::optional<Folder> find(std::string_view folder) const;
  // Every intact block, in file order.
  void each(const std::function<void(const Folder&)>& visit) const;

 private:
  [[nodiscard]] std::string_view bytes() const { return {data_, size_}; }
  [[nodiscard]] std::optional<Folder> block(std::uint64_t offset) const;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
  std::uint64_t table_ = 0;
  std::uint64_t slots_ = 0;
  mutable std::vector<std::uint8_t> verified_;  // per slot
};

// Writes an index file front to back, one folder after the other.
class IndexWriter {
 public:
  static Result<IndexWriter> create(const std::string& temp_folder);
  IndexWriter(IndexWriter&&) noexcept = default;
  IndexWriter& operator=(IndexWriter&&) = delete;
  ~IndexWriter();
  // Names in ascending order.
  void add(std::string_view name, const Known& known);
  // Ends the folder whose entries were added; none were: nothing is written.
  Status end_folder(std::string_view path);
  // Completes the file and renames it to `path`.
  Status commit(const std::string& path);

 private:
  IndexWriter(Fd fd, std::string temp);
  Status flush();
  Fd fd_;
  std::string temp_;
  std::string entries_, names_;  // of the open folder
  std::uint32_t count_ = 0;
  std::string buffer_;
  std::uint64_t offset_ = 0;
  struct Slot {
    std::uint64_t hash = 0;
    std::uint64_t offset = 0;
  };
  std::vector<Slot> folders_;
};

}  // namespace mlpipe::cache
