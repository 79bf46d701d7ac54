// Small immutable records of what happened: runs, results of gates, blessings, deployments. Written
// once, by temporary file and rename, under .mlpipe/records/<kind>/<time>-<run id>-<n>.json; read
// newest first, as the names sort. Their JSON is a contract, schemas/record.schema.json. Knows
// nothing of what a verdict means. Files that are no records, or records of a newer version, are
// skipped and named in `warnings`: one bad file hides no history.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::history {

// Times are RFC 3339 UTC with one precision ("2026-11-24T13:26:04Z"), so that they sort as text.
struct RunRecord {
  std::string run_id, time, status, commit, branch, profile, cause, actor;
  bool dirty = false;
  int exit_code = 0;
  std::int64_t wall_ms = 0;
  std::vector<std::string> ran, failed;
};

// The metrics a regression stage compared, with the verdict. A blessing is a GateRecord with
// blessed = true.
struct GateRecord {
  std::string run_id, time, commit, branch, profile;
  std::string stage;           // label of the regression stage
  std::string candidate;       // digest over the candidate's metrics files: its identity
  std::string metrics = "{}";  // JSON map name -> number, mean over several files; "name" and
                               // "name@file" ... see baselines.cpp
  std::string state;           // passed, warned, failed
  bool blessed = false;
  bool explicit_blessing = false;  // by `accept`, with a reason
  std::string reason;
};

class Records {
 public:
  explicit Records(std::string state_dir);
  // invalid: `metrics` is no JSON map.
  Status put(const RunRecord& record);
  Status put(const GateRecord& record);
  // Newest first, at most `limit`; no more files are opened than that takes. A missing folder is an
  // empty history.
  [[nodiscard]] Result<std::vector<RunRecord>> runs(
      std::size_t limit, std::vector<std::string>* warnings = nullptr) const;
  // Newest first, those of one regression stage.
  [[nodiscard]] Result<std::vector<GateRecord>> gates(
      const std::string& stage, std::size_t limit,
      std::vector<std::string>* warnings = nullptr) const;

 private:
  std::string dir_;
};

}  // namespace mlpipe::history
