// The node of one stage before it is a Stage: laying it over the defaults, finding references in it.
// Knows nothing of what the keys mean, beyond which of them add up.
#pragma once

#include <string_view>

#include "runner/spec/node.hpp"

namespace mlpipe::spec {

// `stage` over `defaults`: deps, params, secrets, tags, env.pass and env.count add up (the stage's come first); other
// maps are laid over each other key by key; anything else is the stage's where it has it.
[[nodiscard]] Node with_defaults(const Node& defaults, const Node& stage);

// Without foreach, matrix, seeds, extends and vars.
[[nodiscard]] Node without_expansion(const Node& stage);
[[nodiscard]] Node without_key(const Node& map, std::string_view key);

// Whether any text in it, or key, holds "${"; whether any value is one reference and nothing else.
[[nodiscard]] bool holds_reference(const Node& node);
[[nodiscard]] bool holds_whole_reference(const Node& node);

}  // namespace mlpipe::spec
