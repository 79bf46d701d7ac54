// What the grammar knows by name and this binary does not do yet: refused, never accepted and
// ignored.
#pragma once

#include <span>
#include <string>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/node.hpp"

namespace mlpipe::spec {

// Every use in a document of something that is not built. `kinds` are the stage kinds that this
// binary has.
void refuse_not_built(const Node& document, std::span<const std::string> kinds,
                      Diagnostics& diagnostics);
// The same in one stage.
void refuse_not_built_in_stage(const Node& stage, std::span<const std::string> kinds,
                               Diagnostics& diagnostics);

}  // namespace mlpipe::spec
