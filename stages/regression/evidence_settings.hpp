// The keys `evidence` of a regression stage and those of its gates that judge predictions, as
// values, and what is wrong with them that the schema cannot say. Knows nothing of how predictions
// are judged.
#pragma once

#include <optional>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/pipeline.hpp"
#include "stages/regression/evidence.hpp"
#include "stages/regression/gate_files.hpp"

namespace mlpipe::stages::regression {

// A gate with one of margin, test and by judges predictions; the others compare metrics files.
[[nodiscard]] bool judges_predictions(const spec::Node& gate);

void check_evidence(const spec::Stage& stage, spec::Diagnostics& diagnostics);

// Of a stage that passed its checks; absent where it declares no evidence.
[[nodiscard]] std::optional<Evidence> evidence_of(const spec::Node& config);
[[nodiscard]] GateFiles gate_files_of(const spec::Node& config);

// An SQL slice that reads the clock: what it selects differs from run to run.
[[nodiscard]] bool reads_clock(const Evidence& evidence);

}  // namespace mlpipe::stages::regression
