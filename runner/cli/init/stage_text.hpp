// YAML as text, for pipelines that people go on editing: stages line by line, scalars quoted only
// where they must be. Knows nothing of what a stage means.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mlpipe::cli::draft {

// As a YAML scalar within flow or block, in quotes where it would not read back as this very text.
[[nodiscard]] std::string scalar(std::string_view text);
// "[a, b]".
[[nodiscard]] std::string flow_list(const std::vector<std::string>& texts);
// As a comment: no line of it can end it.
[[nodiscard]] std::string comment(std::string_view text, std::size_t indent);
// A name that a stage may have: what it cannot hold becomes `_`.
[[nodiscard]] std::string stage_name(std::string_view text);

// A part of the pipeline file: what was found, and the stages for it.
struct Part {
  std::vector<std::string> found;  // one sentence each, for the person at the terminal
  std::vector<std::string> notes;  // what that person should do or know
  std::string stages;              // text under `stages:`
  std::string head;                // text above it
};

}  // namespace mlpipe::cli::draft
