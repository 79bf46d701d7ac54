// From what stands in a repository to the text of a pipeline file that runs there. Executes nothing
// itself: whether a Python module can be had is asked of the caller.
#pragma once

#include <functional>
#include <string>

#include "runner/base/error.hpp"
#include "runner/cli/init/stage_text.hpp"
#include "runner/cli/init/survey.hpp"

namespace mlpipe::cli::draft {

// Whether `module` can be imported by the interpreter, started in the repository's root.
using HasModule = std::function<bool(const std::string& interpreter, const std::string& module)>;

struct Draft {
  std::string text;
  std::vector<std::string> found;
  std::vector<std::string> notes;
};

// errors: dvc.yaml cannot be read.
[[nodiscard]] Result<Draft> draft_pipeline(const Survey& survey, const HasModule& has_module);

}  // namespace mlpipe::cli::draft
