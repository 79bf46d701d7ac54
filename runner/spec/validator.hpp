// Whether a pipeline file follows the grammar: the raw document, before interpolation and
// expansion, against the embedded schemas/pipeline.schema.json. Knows nothing of what names mean;
// that is load's part.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/node.hpp"

namespace mlpipe::spec {

// Every violation at once, each with its place, what is wrong in people's words, and a hint where
// one can be given. `kinds` are the stage kinds that this binary has; a kind that is known but not
// built is refused by name. Profiles are checked as partial stages: nothing is required there.
void validate_pipeline(const Node& document, std::span<const std::string> kinds,
                       Diagnostics& diagnostics);

// A stage with its template merged in (without `extends`), where a stage by itself could be
// anything: the raw document requires nothing of a stage with `extends`. Strings that hold `${`
// stand for any scalar here too.
void validate_stage(std::string_view name, const Node& stage, std::span<const std::string> kinds,
                    Diagnostics& diagnostics);

// The bytes of schemas/pipeline.schema.json, for `mlpipe schema`.
[[nodiscard]] std::string_view pipeline_schema();

}  // namespace mlpipe::spec
