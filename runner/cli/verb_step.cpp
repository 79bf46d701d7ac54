// `mlpipe step KIND STEP.json RESULT.json`: the process a native kind runs in. Called by the
// engine, not by people.
#include <fmt/format.h>

#include <cstdio>

#include "runner/adapter/local_executor.hpp"
#include "runner/adapter/modules.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/engine/files.hpp"
#include "stages/kind.hpp"

namespace mlpipe::cli {

int step(const std::string& kind_name, const std::string& input, const std::string& output) {
  const stages::Kind* kind = stages::find_kind(kind_name);
  if (kind == nullptr || kind->step == nullptr) {
    return show({Code::usage, fmt::format("`{}` is no kind with a step of its own", kind_name)});
  }
  const auto result = [&]() -> Result<plan::StepResult> {
    TRY(const std::string text, engine::read_file(input));
    TRY(const plan::StepInput step_input, plan::step_from_json(text));
    TRY(const auto executor, adapter::make_local_executor());
    stages::Host host;
    host.open_tables = adapter::open_tables;
    host.executor = executor.get();
    return kind->step(step_input, host);
  }();
  plan::StepResult answer;
  if (result) {
    answer = *result;
  } else {  // what could not be evaluated is an error of the stage, with its reason, never a pass
    answer.outcome = plan::Outcome::errored;
    answer.summary = result.error().message;
  }
  const Status written = engine::write_file(output, plan::to_json(answer));
  return written ? 0 : show(written.error());
}

}  // namespace mlpipe::cli
