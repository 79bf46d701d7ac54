#include "stages/regression/regression.hpp"

namespace mlpipe::stages::regression {
namespace {

Result<plan::Lowered> lower(const spec::Stage& stage) {
  plan::Lowered lowered;
  lowered.config = spec::canonical_json(stage.config);
  lowered.native = plan::Native::after_command;
  return lowered;
}

}  // namespace

Kind kind() {
  using Role = spec::PathKey::Role;
  using Select = spec::PathKey::Select;
  Kind kind;
  kind.rules.name = "regression";
  kind.rules.cmd = spec::Command::none;
  kind.rules.paths = {{"candidate.metrics", Role::dep, Select::metrics}, {"baseline.path", Role::dep, Select::metrics}};
  kind.lower = &lower;
  return kind;
}

}  // namespace mlpipe::stages::regression
