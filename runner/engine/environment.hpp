// The environment a stage sees, and the part of it that counts. Pure: from the stage and the
// caller's variables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/engine/host.hpp"
#include "runner/plan/manifest.hpp"
#include "runner/spec/pipeline.hpp"

namespace mlpipe::engine {

// Variables of the caller that every stage sees without asking (HOME, PATH, LANG, CUDA_* ...;
// DESIGN section 2).
[[nodiscard]] bool passes_by_default(std::string_view name);

// The stage's whole environment without what the engine adds per attempt. env.set wins over
// env.pass wins over defaults. `bin`: folder to put first on PATH; empty for none.
[[nodiscard]] Variables stage_environment(const spec::Stage& stage, const Variables& caller,
                                          const std::string& bin);

// Adds the counted variables to a manifest: set ones as "=text", passed ones as "#digest".
void count_environment(const spec::Stage& stage, const Variables& caller, plan::Manifest& manifest);

// LANG, LC_* and TZ change how text, numbers and times come out, so their values count (DESIGN
// section 2).
[[nodiscard]] bool counts_by_default(std::string_view name);
[[nodiscard]] const std::string* find_variable(const Variables& variables, std::string_view name);
void set_variable(Variables& variables, std::string name, std::string value);

// Names of the caller's variables that stand in `log` as words and that the stage was not given.
[[nodiscard]] std::vector<std::string> unpassed_variables(std::string_view log,
                                                          const Variables& caller,
                                                          const Variables& given);

}  // namespace mlpipe::engine
