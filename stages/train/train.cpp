#include "stages/train/train.hpp"

#include "stages/shared/metrics_step.hpp"

namespace mlpipe::stages::train {
namespace {

Result<plan::Lowered> lower(const spec::Stage& stage) {
  return lower_with_metrics(stage);
}

Result<plan::StepResult> step(const plan::StepInput& input, Host&) {
  return report_metrics(input);
}

}  // namespace

Kind kind() {
  Kind kind;
  kind.rules.name = "train";
  kind.rules.cmd = spec::Command::required;
  kind.lower = &lower;
  kind.step = &step;
  return kind;
}

}  // namespace mlpipe::stages::train
