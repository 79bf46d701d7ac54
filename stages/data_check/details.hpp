// Measured numbers as JSON, and back: what a stored result keeps so that a verdict can be taken
// anew. Knows nothing of outcomes of a whole stage.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "stages/data_check/config.hpp"
#include "stages/data_check/judge.hpp"
#include "stages/data_check/measure.hpp"

namespace mlpipe::stages::data_check {

// Judges a segment as the check would be.
using Judging = std::function<CheckVerdict(const Measured&)>;
[[nodiscard]] nlohmann::ordered_json check_json(const Check& check, const Measured& measured,
                                                const CheckVerdict& verdict,
                                                const Judging& judging);
[[nodiscard]] nlohmann::ordered_json malformed_json(const Malformed& malformed);

// Throws nlohmann's exceptions, and out_of_range where a check has another name.
[[nodiscard]] Measurement measurement_from(const Config& config,
                                           const nlohmann::ordered_json& details);

}  // namespace mlpipe::stages::data_check
