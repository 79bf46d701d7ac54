// Whether what happened above a deploy lets it go on. Knows the engine's evidence (step.json);
// nothing of targets.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::stages::deploy {

struct Evidence {
  std::string refusal;         // why nothing may be deployed, for people; empty: go on
  std::string gates = "[]";    // JSON: the gates above, for the record
  std::string candidate;       // of the regression gate
  std::string metrics = "{}";  // JSON map name -> number
};

// Every gate above must have been evaluated in this run and let it pass; missing evidence refuses.
// A result that `accept` took refuses unless `allow_accepted` names its stage (`train` also names
// train@seed0; names without a pipeline are of the pipeline of `stage`). invalid: the evidence
// cannot be read.
[[nodiscard]] Result<Evidence> weigh(const std::string& evidence,
                                     const std::vector<std::string>& allow_accepted,
                                     const std::string& stage);

}  // namespace mlpipe::stages::deploy
