// One deployment to one target, from evidence to record. Knows the step's input and the target's
// folder; nothing of git, cache or history database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/plan/step.hpp"
#include "stages/deploy/evidence.hpp"
#include "stages/deploy/settings.hpp"
#include "stages/deploy/target.hpp"
#include "stages/deploy/verify.hpp"

namespace mlpipe::stages::deploy {

class Deploying {
 public:
  Deploying(const plan::StepInput& input, Settings settings, port::Executor* executor);
  // Says what apply() would do; changes nothing and waits for nobody. Passed, whatever it says.
  [[nodiscard]] Result<plan::StepResult> plan();
  // failed: refused, or taken back after a failed verification. An Error is trouble with the target
  // itself; a release that had not passed by then is dealt with by the next deployment.
  [[nodiscard]] Result<plan::StepResult> apply();

 private:
  Result<Descriptor> lock();
  Status survey();  // artifacts, id, evidence, hold
  Status settle_unfinished();
  [[nodiscard]] bool resumes() const;
  [[nodiscard]] Result<bool> up_to_date() const;
  [[nodiscard]] std::string before() const;  // what a rollback goes back to
  Status put_in_place();
  Result<plan::StepResult> conclude(const Verified& verified);
  Result<plan::StepResult> succeed(const Verified& verified);
  Result<plan::StepResult> take_back(const Verified& verified);
  Result<plan::StepResult> refuse();
  [[nodiscard]] Record record(Ended outcome) const;
  [[nodiscard]] plan::StepResult result(plan::Outcome outcome, std::string_view ended,
                                        std::string summary) const;

  const plan::StepInput& input_;
  Settings settings_;
  port::Executor* executor_;
  Target target_;
  History history_;
  std::string current_;
  std::vector<Artifact> artifacts_;
  std::vector<Entry> entries_;
  std::string id_;  // empty: the artifacts cannot be released
  Evidence evidence_;
  std::string refusal_;
  std::string held_;  // refusal by a hold, which does not matter where nothing is to be done
  std::string previous_;
  std::vector<plan::Finding> findings_;
};

}  // namespace mlpipe::stages::deploy
