// The stages of a dvc.yaml as stages of ours, as text. What has no counterpart becomes a comment
// that names it.
#pragma once

#include <string>

#include "runner/base/error.hpp"
#include "runner/cli/init/stage_text.hpp"

namespace mlpipe::cli::draft {

// `root` is where dvc.yaml stands. invalid: it cannot be read as YAML; the message has the place.
[[nodiscard]] Result<Part> translate_dvc(const std::string& root);

}  // namespace mlpipe::cli::draft
