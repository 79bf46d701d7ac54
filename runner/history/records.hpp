// Small immutable records of what happened: runs, results of gates, blessings, deployments. Written once, by temporary
// file and rename, under .mlpipe/records/<kind>/; read newest first. Their JSON is a contract, schemas/record.schema.json.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::history {

struct RunRecord {
  std::string run_id, time, status, commit, branch, profile, cause, actor;
  bool dirty = false;
  int exit_code = 0;
  std::int64_t wall_ms = 0;
  std::vector<std::string> ran, failed;
};

// The metrics a regression stage compared, with the verdict. A blessing is a GateRecord with blessed = true.
struct GateRecord {
  std::string run_id, time, commit, branch, profile;
  std::string stage;            // label of the regression stage
  std::string candidate;        // digest over the candidate's metrics files: its identity
  std::string metrics = "{}";   // JSON map name -> number, mean over several files; "name" and "name@file" ... see baselines.cpp
  std::string state;            // passed, warned, failed
  bool blessed = false;
  bool explicit_blessing = false;  // by `accept`, with a reason
  std::string reason;
};

class Records {
 public:
  explicit Records(std::string state_dir);
  Status put(const RunRecord& record);
  Status put(const GateRecord& record);
  // Newest first, at most `limit`.
  [[nodiscard]] Result<std::vector<RunRecord>> runs(std::size_t limit) const;
  // Newest first, those of one regression stage.
  [[nodiscard]] Result<std::vector<GateRecord>> gates(const std::string& stage, std::size_t limit) const;

 private:
  std::string dir_;
};

}  // namespace mlpipe::history
