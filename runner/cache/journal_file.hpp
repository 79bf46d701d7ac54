// One journal file as a process sees it: what is indexed, how far it was read, how it is written.
// The formats are in journal.hpp; actions are payloads here. Knows nothing of durability or of
// locks.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/digest.hpp"
#include "runner/base/error.hpp"
#include "runner/cache/file_handle.hpp"
#include "runner/cache/journal.hpp"
#include "runner/cache/journal_scan.hpp"
#include "runner/cache/newest_index.hpp"

namespace mlpipe::cache {

struct Entry {
  PayloadAt at;
  Digest fingerprint;
  std::uint64_t stage_hash;
  std::int64_t wall_ms;
};

class JournalFile {
 public:
  explicit JournalFile(std::string state_dir);

  Status load();
  // Reads what was appended; starts anew where the file was replaced, removed or cut.
  Status refresh();
  // The caller holds the write lock.
  Status append(const std::string& payload);
  Status flush();
  // Leaves out the records for which `wanted` says no. The caller holds the write lock.
  Result<std::size_t> keep_only(const std::function<bool(const Action&)>& wanted);

  [[nodiscard]] std::optional<Action> find(const Digest& fingerprint) const;
  [[nodiscard]] std::optional<Action> last_of(std::string_view stage) const;
  [[nodiscard]] std::optional<std::int64_t> last_wall_ms(std::string_view stage) const;
  [[nodiscard]] std::vector<Action> all() const;
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void forget();
  Status read_header(std::uint64_t file_size);
  Status scan_to(std::uint64_t file_size);
  void note_damage(const Scan& scan);
  void index(PayloadAt at, std::string_view payload);
  [[nodiscard]] std::optional<Action> read(const Entry& entry) const;
  [[nodiscard]] Result<std::string> read_record(const Entry& entry) const;
  Status open_for_writing();
  Status repair();
  Status write_clean(const std::string& temporary, const std::vector<Entry>& entries) const;
  Status keep_damaged_copy(std::string& copy) const;

  std::string dir_;
  std::string path_;
  FileHandle file_;
  bool writable_ = false;
  bool named_ = true;  // the folder's entry for the file is known to be on the disk
  struct stat identity_ {};
  std::string salt_;
  std::uint64_t size_ = 0;  // of the file, as last seen
  std::uint64_t end_ = 0;   // of the last readable record
  bool damaged_ = false;
  std::vector<Entry> entries_;
  NewestIndex by_fingerprint_;
  NewestIndex by_stage_;
  std::vector<std::string> warnings_;
};

}  // namespace mlpipe::cache
