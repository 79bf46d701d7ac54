// The gates of a regression stage that judge predictions, run. Knows the step's input and result;
// the judging itself is gate_files.hpp.
#pragma once

#include <string>

#include "stages/kind.hpp"
#include "stages/regression/evidence.hpp"
#include "stages/regression/gate_files.hpp"

namespace mlpipe::stages::regression {

struct EvidenceResult {
  plan::Outcome outcome = plan::Outcome::passed;
  std::string summary;  // one sentence
  std::vector<plan::Finding> findings;
  std::vector<plan::Metric> metrics;  // the candidate's, sorted
  std::string details;                // JSON, schemas/gate.schema.json; empty where errored
};

// Where the predictions cannot be judged the outcome is errored, with the reason.
[[nodiscard]] EvidenceResult judge_evidence(const GateFiles& files, Evidence evidence,
                                            const plan::StepInput& input, Host& host);

}  // namespace mlpipe::stages::regression
