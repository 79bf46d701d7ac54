// The action journal: fingerprint -> result of a good run. One append-only file of checksummed records.
//
//   journal = "mlpipe-journal\x01" record*
//   record  = length:u32le crc32c:u32le payload;  payload = type:u8 then length-prefixed fields, see journal.cpp
//
// A torn or damaged record ends the readable part: it is cut off by the next writer, after a copy is kept when it was
// not the last one. Several processes append under locks/write; refresh() reads what others appended.
#pragma once

#include <chrono>
#include <cstdint>
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
  std::string stage;      // label of the stage it was made for: not part of its identity
  std::string state;      // "passed" or "warned"
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
  std::string note;              // reason given to accept
};

enum class Durability : std::uint8_t { order, power };  // power: fsync after every append

class Journal {
 public:
  // Opens and maps; a missing file is an empty journal. Creates nothing until the first append.
  static Result<Journal> open(const std::string& state_dir, Durability durability);
  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;
  ~Journal();

  // The newest action with this fingerprint.
  [[nodiscard]] std::optional<Action> find(const Digest& fingerprint) const;
  // The newest action recorded for this stage label.
  [[nodiscard]] std::optional<Action> last_of(const std::string& stage) const;
  Status append(const Action& action);
  Status refresh();
  // fsync, once at the end of a run.
  Status flush();
  // Every object named by actions that `keep` accepts: roots for gc.
  [[nodiscard]] std::vector<Action> all() const;

 private:
  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlpipe::cache
