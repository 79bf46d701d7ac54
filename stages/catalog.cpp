// The one explicit list of kinds.
#include <array>

#include "stages/command/command.hpp"
#include "stages/data_check/data_check.hpp"
#include "stages/deploy/deploy.hpp"
#include "stages/drift/drift.hpp"
#include "stages/kind.hpp"
#include "stages/regression/regression.hpp"
#include "stages/train/train.hpp"
#include "stages/unit_test/unit_test.hpp"

namespace mlpipe::stages {

std::span<const Kind> catalog() {
  static const std::array kinds{command::kind(), data_check::kind(), unit_test::kind(),
                                train::kind(),   regression::kind(), drift::kind(), deploy::kind()};
  return kinds;
}

const Kind* find_kind(std::string_view name) {
  for (const Kind& kind : catalog()) {
    if (kind.rules.name == name) {
      return &kind;
    }
  }
  return nullptr;
}

}  // namespace mlpipe::stages
