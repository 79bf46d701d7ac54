// The record of a target: who put what there, when, on which evidence, and how it ended.
// Append-only, one JSON object a line, each with the sha256 of the line before, always flushed.
// schemas/deployment.schema.json is its contract. Knows nothing of pipelines; the target's folder
// is all it needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::stages::deploy {

enum class Action : std::uint8_t { deploy, rollback, resume };
// started is written before the target changes; any other outcome ends it.
enum class Ended : std::uint8_t { started, deployed, rolled_back, refused, verify_failed, resumed };
[[nodiscard]] std::string_view name(Action action);
[[nodiscard]] std::string_view name(Ended outcome);

struct Record {
  Action action = Action::deploy;
  Ended outcome = Ended::started;
  std::string time;  // RFC 3339 UTC
  std::string actor;
  std::string target;
  std::string id;  // the release this is about: deployed, or taken back
  std::string
      previous;  // what was current before; with rolled_back: what is current again. Empty: nothing
  std::string run_id, commit, stage;
  std::string reason;
  std::string artifacts = "[]";  // JSON: what the release holds, with digests
  std::string gates = "[]";      // JSON: every gate above, with state and fingerprint
  std::string verify = "null";   // JSON: how `verify` ended
  std::string candidate;         // identity of the metrics that the regression gate judged
  std::string metrics = "{}";    // JSON map name -> number
};

struct History {
  std::vector<Record> records;  // oldest first
  std::string head;             // sha256 of the last line, what the next record names
  std::uint64_t size = 0;       // bytes of whole lines
  std::string torn;             // a last line that was cut off while it was written
  std::optional<std::string>
      damage;  // where the chain breaks, for people; records still holds what could be read

  // What was begun and has no end: a process died there.
  [[nodiscard]] const Record* unfinished() const;
  // Whether a release passed its verification, and nothing later says otherwise.
  [[nodiscard]] bool verified(std::string_view id) const;
  // The last record that put this release in place.
  [[nodiscard]] const Record* deployment_of(std::string_view id) const;
};

[[nodiscard]] std::string history_path(const std::string& folder);
// An absent file is an empty history.
[[nodiscard]] Result<History> read_history(const std::string& folder);
// Flushed when it returns; a failure leaves the file as it was. corrupt: the history is damaged.
Status append(const std::string& folder, History& history, const Record& record);
// Moves a damaged file aside; the new one begins with its digest. Returns the file's new path.
[[nodiscard]] Result<std::string> set_aside(const std::string& folder, History& history);
// One record as it is written, without the link to the one before.
[[nodiscard]] std::string to_json(const Record& record);

}  // namespace mlpipe::stages::deploy
