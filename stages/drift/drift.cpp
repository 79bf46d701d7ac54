#include "stages/drift/drift.hpp"

#include <fmt/format.h>

#include "stages/data_check/json_node.hpp"
#include "stages/drift/config.hpp"
#include "stages/drift/report.hpp"
#include "stages/drift/report_file.hpp"
#include "stages/drift/run.hpp"

namespace mlpipe::stages::drift {
namespace {

void check(const spec::Stage& stage, spec::Diagnostics& diagnostics) {
  (void)read_config(stage.config, stage.mark, diagnostics);
}

Result<plan::Lowered> lower(const spec::Stage& stage) {
  plan::Lowered lowered;
  lowered.config = spec::canonical_json(stage.config);
  lowered.native = plan::Native::after_command;
  return lowered;
}

Result<plan::StepResult> step(const plan::StepInput& input, Host& host) {
  TRY(const spec::Node node, data_check::node_from_json(input.config));
  spec::Diagnostics diagnostics;
  const Config config = read_config(node, {}, diagnostics);
  if (diagnostics.has_errors()) {
    return fail(Code::invalid, diagnostics.items().front().message);
  }
  TRY(const DriftResult result,
      compare_tables(config, {input.root, input.scratch, input.threads, input.memory}, host));
  for (const std::string& path : config.reports) {
    TRY_OK(write_report(result, input.root, path));
  }
  return step_result(result);
}

}  // namespace

Kind kind() {
  using Use = spec::PathKey::Role;
  using Select = spec::PathKey::Select;
  Kind kind;
  kind.rules.name = "drift";
  kind.rules.cmd = spec::Command::none;
  kind.rules.paths = {{"reference", Use::dep, Select::all_outs},
                      {"current", Use::dep, Select::all_outs},
                      {"report", Use::out, Select::all_outs}};
  kind.rules.check = &check;
  kind.lower = &lower;
  kind.step = &step;
  return kind;
}

}  // namespace mlpipe::stages::drift
