#include "stages/train/train.hpp"

namespace mlpipe::stages::train {
namespace {

Result<plan::Lowered> lower(const spec::Stage& stage) {
  plan::Lowered lowered;
  lowered.config = spec::canonical_json(stage.config);
  lowered.native = plan::Native::after_command;
  return lowered;
}

}  // namespace

Kind kind() {
  Kind kind;
  kind.rules.name = "train";
  kind.rules.cmd = spec::Command::required;
  kind.lower = &lower;
  return kind;
}

}  // namespace mlpipe::stages::train
