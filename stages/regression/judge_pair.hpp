// The gate itself: paired predictions in, verdicts out. Knows every family of metrics, the
// correction for several comparisons, and what a verdict is; nothing of files.
//
// In non-inferiority form, with improvement = difference in the direction that is better:
//   pass          the whole confidence interval of the improvement lies at or above -margin
//   fail          the candidate is worse by more than the margin, and the p-value of "worse by no
//                 more than the margin" is at most alpha after the correction
//   inconclusive  neither: the rows do not tell
#pragma once

#include "stages/regression/comparing.hpp"

namespace mlpipe::stages::regression {

// usage: a test that does not fit, a metric that the data cannot give (no positive class).
// evidence.metrics must not be empty.
[[nodiscard]] Result<Answer> judge_pair(const Pair& pair, const Evidence& evidence,
                                        std::uint32_t threads);

// Verdict and sentence of rows whose numbers stand; Holm over them where the evidence says so.
void decide(std::vector<Row>& rows, const Evidence& evidence);

// What becomes of the gate: fail where a metric or slice fails, else inconclusive where a metric
// is.
[[nodiscard]] Verdict verdict_of(const Answer& answer);

}  // namespace mlpipe::stages::regression
