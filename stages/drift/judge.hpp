// From samples to a column's verdict: which method, which threshold, drifted or not. Pure.
#pragma once

#include "stages/drift/compare.hpp"
#include "stages/drift/config.hpp"
#include "stages/drift/result.hpp"

namespace mlpipe::stages::drift {

// Fills in method, value, p-value, threshold and verdict of a column whose type and sizes are
// known, or its error.
void judge(const Config& config, const Samples& samples, ColumnResult& result);

// The correction over all columns with a p-value; their verdicts follow the adjusted values.
void correct(DriftResult& result);

}  // namespace mlpipe::stages::drift
