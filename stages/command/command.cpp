#include "stages/command/command.hpp"

namespace mlpipe::stages::command {
namespace {

Result<plan::Lowered> lower(const spec::Stage& stage) {
  plan::Lowered lowered;
  lowered.config = spec::canonical_json(stage.config);
  return lowered;
}

}  // namespace

Kind kind() {
  Kind kind;
  kind.rules.name = "command";
  kind.rules.cmd = spec::Command::required;
  kind.lower = &lower;
  return kind;
}

}  // namespace mlpipe::stages::command
