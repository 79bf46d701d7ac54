// Why a stage runs, or does not: data, not text. Reports turn it into sentences.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "runner/base/digest.hpp"
#include "runner/base/ids.hpp"

namespace mlpipe::plan {

enum class ItemKind : std::uint8_t {
  record,   // no good run is known ("never run")
  kind,     // the kind or its version
  config,   // the kind's configuration
  command,  // command text, shell or working directory
  dep,
  out,  // declaration or state of an output
  param,
  env,
  environment,  // lock file, interpreter, tool, package
  platform,
  baseline,
  force,    // --force, always_run, refresh
  age,      // max_age
  upstream  // previews: the result of a stage above is not known yet
};

enum class ChangeKind : std::uint8_t { added, removed, modified, missing, aged };

struct Change {
  ItemKind kind = ItemKind::record;
  std::string item;  // path, dotted key, variable name ...
  ChangeKind change = ChangeKind::modified;
  std::string old_value;  // short text; digests as 12 hex digits; empty where none
  std::string new_value;
};

struct Run {
  std::vector<Change> reasons;  // never empty
};
struct Reuse {
  Digest fingerprint;
  std::vector<std::string> restore;  // outs to be written back from the store first
};
struct Blocked {
  StageId by;
};
struct Pending {  // previews only: an upstream result is not known yet
  StageId upstream;
};
using Decision = std::variant<Run, Reuse, Blocked, Pending>;

[[nodiscard]] std::string_view name(ItemKind kind);  // "param", as in status --json
[[nodiscard]] std::string_view name(ChangeKind change);

}  // namespace mlpipe::plan
