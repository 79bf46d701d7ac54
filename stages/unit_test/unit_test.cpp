#include "stages/unit_test/unit_test.hpp"

namespace mlpipe::stages::unit_test {
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
  kind.rules.name = "unit_test";
  kind.rules.cmd = spec::Command::required;
  kind.rules.paths = {{"junit", Role::out, Select::all_outs}};
  kind.lower = &lower;
  return kind;
}

}  // namespace mlpipe::stages::unit_test
