#include "stages/deploy/deploy.hpp"

namespace mlpipe::stages::deploy {
namespace {

Result<plan::Lowered> lower(const spec::Stage& stage) {
  plan::Lowered lowered;
  lowered.config = spec::canonical_json(stage.config);
  lowered.native = plan::Native::after_command;
  lowered.deploys = true;
  return lowered;
}

}  // namespace

Kind kind() {
  using Role = spec::PathKey::Role;
  using Select = spec::PathKey::Select;
  Kind kind;
  kind.rules.name = "deploy";
  kind.rules.cmd = spec::Command::none;
  kind.rules.paths = {{"artifacts", Role::dep, Select::all_outs}};
  kind.lower = &lower;
  return kind;
}

}  // namespace mlpipe::stages::deploy
