// A comparison as text for people and as JSON for programs. Knows nothing of HTML.
#pragma once

#include <string>

#include "runner/plan/step.hpp"
#include "stages/drift/result.hpp"

namespace mlpipe::stages::drift {

// The contract of `mlpipe drift --json`: schemas/drift.schema.json.
[[nodiscard]] std::string to_json(const DriftResult& result);

// A table for a terminal, widths by its content, with a line of summary at the end.
[[nodiscard]] std::string to_text(const DriftResult& result);
[[nodiscard]] std::string to_markdown(const DriftResult& result);

// Outcome, findings and metrics of the stage; details are the JSON without the pictures.
[[nodiscard]] plan::StepResult step_result(const DriftResult& result);
[[nodiscard]] plan::Outcome outcome_of(const DriftResult& result);

}  // namespace mlpipe::stages::drift
