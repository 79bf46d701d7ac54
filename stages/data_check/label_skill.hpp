// How well one column alone tells a label, as SQL. Knows nothing of thresholds.
//
// Each row's label is guessed as the commonest label of the other rows with the same value of the
// feature (a tie guesses wrong), so that a column of identifiers tells nothing. skill = (hits -
// base) / (rows - base), where base are the rows of the commonest label: Goodman and Kruskal's
// lambda (1954), left one out. A column of numbers with more than `most_values` values is cut at
// its ranks into that many bins.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "stages/data_check/ask.hpp"
#include "stages/data_check/ground.hpp"

namespace mlpipe::stages::data_check {

inline constexpr int most_values = 20;

// Rounds that end in `done(skill)`: NaN where all rows have one label, or there are none.
[[nodiscard]] Result<Round> label_skill_round(const Ground& ground, const std::string& feature,
                                              const std::string& label,
                                              std::function<Result<Round>(double)> done);

}  // namespace mlpipe::stages::data_check
