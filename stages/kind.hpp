// What a stage kind is: its grammar, how it is lowered, and the step it runs in a process of its
// own.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "runner/base/error.hpp"
#include "runner/plan/step.hpp"
#include "runner/port/process.hpp"
#include "runner/port/table_engine.hpp"
#include "runner/spec/load.hpp"

namespace mlpipe::stages {

// What a step may reach of the outside, given by the host of the step (cli/verb_step.cpp).
struct Host {
  std::function<Result<std::unique_ptr<port::TableEngine>>(const port::EngineLimits&)> open_tables;
  port::Executor* executor = nullptr;  // for commands a step must run itself (deploy verify)
};

struct Kind {
  spec::KindRules rules;
  // Stage -> Lowered. The stage passed rules.check; a failure here is our own bug.
  Result<plan::Lowered> (*lower)(const spec::Stage&) = nullptr;
  // The native step. nullptr where the kind has none.
  Result<plan::StepResult> (*step)(const plan::StepInput&, Host&) = nullptr;
};

// Every kind, in the order of the documentation. The one explicit list: stages/catalog.cpp.
[[nodiscard]] std::span<const Kind> catalog();
[[nodiscard]] const Kind* find_kind(std::string_view name);

}  // namespace mlpipe::stages
