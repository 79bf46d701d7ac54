// The rows of two prediction files brought into one order. Knows keys and labels; nothing of
// metrics.
#pragma once

#include <string>

#include "stages/regression/prediction_file.hpp"

namespace mlpipe::stages::regression {

struct NamedFile {
  const std::string& path;
  PredictionColumns& columns;
};

// The baseline's rows in the candidate's order: by key where one was read, else as they stand.
// invalid: keys that are not the same on both sides or stand twice, numbers of rows or labels that
// disagree.
[[nodiscard]] Status bring_together(const NamedFile& baseline, const NamedFile& candidate,
                                    const Words& words);

}  // namespace mlpipe::stages::regression
