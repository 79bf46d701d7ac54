// Verdicts of rules with a shape of their own: problems by name, files, periods, mixtures. Pure.
#pragma once

#include <string>

#include "stages/data_check/judge.hpp"

namespace mlpipe::stages::data_check {

// `fine` is said where there are no problems.
enum class Empty : std::uint8_t { counts, as_configured };  // what no considered row means
[[nodiscard]] CheckVerdict by_problems(const Check& check, const Measured& measured,
                                       const std::string& fine, Empty empty_rows);
[[nodiscard]] CheckVerdict by_files(const Check& check, const Files& rule,
                                    const Measured& measured);
[[nodiscard]] CheckVerdict by_periods(const Check& check, const Periods& rule,
                                      const Measured& measured);
[[nodiscard]] CheckVerdict by_mixture(const Check& check, const MixedTypes& rule,
                                      const Measured& measured);

}  // namespace mlpipe::stages::data_check
