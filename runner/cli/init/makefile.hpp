// The targets of a Makefile that look like steps of a pipeline, as stages. What make reads and
// writes is not known, so the stages say so. Executes nothing.
#pragma once

#include "runner/cli/init/stage_text.hpp"
#include "runner/cli/init/survey.hpp"

namespace mlpipe::cli::draft {

enum class MakeTests : std::uint8_t {
  include,
  leave_out
};  // leave_out: a unit_test stage runs them already

[[nodiscard]] Part translate_makefile(const Survey& survey, MakeTests tests);

}  // namespace mlpipe::cli::draft
