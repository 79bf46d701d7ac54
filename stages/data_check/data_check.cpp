#include "stages/data_check/data_check.hpp"

namespace mlpipe::stages::data_check {
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
  kind.rules.name = "data_check";
  kind.rules.cmd = spec::Command::none;
  kind.rules.paths = {{"table", Role::dep, Select::all_outs}};
  kind.lower = &lower;
  return kind;
}

}  // namespace mlpipe::stages::data_check
