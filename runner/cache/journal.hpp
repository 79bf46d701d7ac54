// The action journal: fingerprint -> result of a good run. One append-only file of checksummed
// records. Knows nothing of who holds locks/write (the caller of append() does) and nothing of
// objects.
//
//   journal = "mlpipe-journal\x01" salt:8 record*
//   record  = "\xabmlr" length:u32le crc32c:u32le payload;  payload = type:u8 then fields, see
//   action_codec.hpp
//
// The checksum covers salt, length and payload; the salt is random, so that no file name or value
// inside a payload can pass for a record. Where a record is damaged, reading goes on at the next
// marker with a good checksum: one bad block costs the records in it and no others. The next writer
// keeps the damaged file as journal.damaged-<n> and goes on in a clean one. The torn end that a
// killed writer leaves is covered with a filler record, so the file never shrinks under somebody
// who reads it. Several processes append under locks/write; refresh() reads what others appended,
// and starts anew where the file was replaced or removed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/digest.hpp"
#include "runner/base/error.hpp"
#include "runner/port/content.hpp"

namespace mlpipe::cache {

struct OutRecord {
  std::string path;
  port::Content content;
  bool stored = true;  // false: `cache: false`, the content is only known, not kept
};

enum class Origin : std::uint8_t { ran, accepted };

struct Action {
  Digest fingerprint;
  std::string stage;  // label of the stage it was made for: not part of its identity
  std::string state;  // "passed" or "warned"
  std::string run_id;
  std::int64_t time_ms = 0;  // Unix time at the end of the run of the stage
  std::string manifest;      // Manifest::bytes()
  std::vector<OutRecord> outs;
  std::optional<Digest> result;  // object holding result.json
  std::optional<Digest> log;     // unused by version 1
  std::int64_t wall_ms = 0;
  std::uint64_t max_rss = 0;
  bool resumed = false;
  Origin origin = Origin::ran;
  std::string note;  // reason given to accept
};

enum class Durability : std::uint8_t { order, power };  // power: fsync after every append

class Journal {
 public:
  // Indexes what is there, mapped for that pass only; a missing file is an empty journal. Creates
  // nothing until the first append. refused: the file is of a newer version; nothing touches it.
  static Result<Journal> open(const std::string& state_dir, Durability durability);
  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;
  ~Journal();

  // The newest action with this fingerprint.
  [[nodiscard]] std::optional<Action> find(const Digest& fingerprint) const;
  // The newest action recorded for this stage label.
  [[nodiscard]] std::optional<Action> last_of(const std::string& stage) const;
  // How long that took; an estimate, as two labels may be taken for one another.
  [[nodiscard]] std::optional<std::chrono::milliseconds> last_wall(const std::string& stage) const;
  // Caller holds Locks::write(). no_space: the journal is as it was.
  Status append(const Action& action);
  Status refresh();
  // Writes the journal anew without the actions for which `wanted` says no, and tells how many
  // those were. Caller holds Locks::write().
  Result<std::size_t> keep_only(const std::function<bool(const Action&)>& wanted);
  // fsync, once at the end of a run.
  Status flush();
  // Every readable action, oldest first: roots for gc.
  [[nodiscard]] std::vector<Action> all() const;
  // What a person should know: damage that was found or repaired since open(), one sentence each.
  [[nodiscard]] std::vector<std::string> warnings() const;

 private:
  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlpipe::cache
