// The regression kind's own keys as values, and what is wrong with them that the schema cannot say.
// Knows nothing of how gates are judged.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/plan/step.hpp"
#include "runner/spec/diagnostic.hpp"
#include "runner/spec/pipeline.hpp"
#include "stages/regression/gates.hpp"

namespace mlpipe::stages::regression {

struct Settings {
  std::vector<std::string> candidate;  // paths or globs of metrics files
  OnMissing on_missing = OnMissing::warn;
  std::vector<Gate> gates;
  std::string
      evidence;  // canonical JSON of the stage's keys where predictions are judged; or empty
};

void check(const spec::Stage& stage, spec::Diagnostics& diagnostics);

// Of a stage that passed check().
[[nodiscard]] Settings settings_of(const spec::Node& config);
[[nodiscard]] std::optional<plan::BaselineRef> baseline_of(const spec::Node& config);

// The form handed to the step: every default written out, keys sorted.
[[nodiscard]] std::string to_json(const Settings& settings);
[[nodiscard]] Result<Settings> settings_from_json(const std::string& text);

}  // namespace mlpipe::stages::regression
