// The gate on files of predictions: what `mlpipe gate` and the regression stage both run.
#pragma once

#include <string>
#include <vector>

#include "stages/regression/evidence.hpp"
#include "stages/regression/prediction_file.hpp"

namespace mlpipe::stages::regression {

// One file a side; several would be seeds of one training, which is refused by name.
struct GateFiles {
  std::vector<std::string> baseline;
  std::vector<std::string> candidate;
};

// usage: the question is wrong. Every other error: it cannot be evaluated. The rows of the answer
// point into `evidence`, to which the metrics that fit the data are added where it names none.
[[nodiscard]] Result<Answer> judge_files(const GateFiles& files, Evidence& evidence,
                                         const ReadOptions& options, Host& host);

// schemas/gate.schema.json.
[[nodiscard]] std::string to_json(const Answer& answer, const Evidence& evidence);

// For people: one line a metric, the slices that matter, what could not be judged, the verdict.
[[nodiscard]] std::string to_text(const Answer& answer, const Evidence& evidence);

}  // namespace mlpipe::stages::regression
