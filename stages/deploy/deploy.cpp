#include "stages/deploy/deploy.hpp"

#include "stages/deploy/deploying.hpp"
#include "stages/deploy/settings.hpp"

namespace mlpipe::stages::deploy {
namespace {

Result<plan::Lowered> lower(const spec::Stage& stage) {
  plan::Lowered lowered;
  lowered.config = to_json(settings_of(stage));
  lowered.native = plan::Native::after_command;
  lowered.deploys = true;
  return lowered;
}

Result<plan::StepResult> step(const plan::StepInput& input, Host& host) {
  TRY(Settings settings, settings_from_json(input.config));
  Deploying deploying(input, std::move(settings), host.executor);
  return input.mode == plan::Mode::plan ? deploying.plan() : deploying.apply();
}

}  // namespace

Kind kind() {
  using Role = spec::PathKey::Role;
  using Select = spec::PathKey::Select;
  Kind kind;
  kind.rules.name = "deploy";
  kind.rules.cmd = spec::Command::none;
  kind.rules.paths = {{"artifacts", Role::dep, Select::all_outs}};
  kind.rules.check = &check;
  kind.lower = &lower;
  kind.step = &step;
  return kind;
}

}  // namespace mlpipe::stages::deploy
