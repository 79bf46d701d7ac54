// A repository folder with a deploy stage in it, run as the engine runs it; and looks at its
// target.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "runner/adapter/local_executor.hpp"
#include "stages/deploy/manual.hpp"
#include "stages/deploy/repair.hpp"
#include "stages/deploy/target.hpp"
#include "tests/stages/step_folder.hpp"

namespace mlpipe {

namespace deploy = stages::deploy;

class DeployFolder {
 public:
  DeployFolder() { write("build/model", "one"); }

  void write(const std::string& path, std::string_view text) const { folder.write(path, text); }
  [[nodiscard]] std::string root() const { return folder.root(); }
  [[nodiscard]] deploy::Target target() const { return deploy::Target(root() + "/serving"); }
  [[nodiscard]] std::string current() const { return target().current().value_or("?"); }
  [[nodiscard]] std::string served(const std::string& name = "model") const {
    return text_of(root() + "/serving/current/" + name);
  }
  [[nodiscard]] deploy::History history() const {
    auto read = deploy::read_history(target().folder());
    EXPECT_TRUE(read) << (read ? "" : read.error().message);
    return read.value_or(deploy::History{});
  }
  [[nodiscard]] std::vector<std::string> outcomes() const {
    std::vector<std::string> names;
    for (const deploy::Record& record : history().records) {
      names.emplace_back(deploy::name(record.outcome));
    }
    return names;
  }

  static std::string text_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static plan::StepInput input_of(const std::string& root, const std::string& config) {
    plan::StepInput input;
    input.stage = "release";
    input.kind = "deploy";
    input.root = root;
    input.run_id = "r1";
    input.actor = "ann";
    input.commit = "c0ffee";
    input.config = lowered(stage_of("deploy", config)).config;
    return input;
  }
  [[nodiscard]] plan::StepInput input() const {
    plan::StepInput made = input_of(root(), config);
    made.evidence = evidence;
    return made;
  }
  [[nodiscard]] Result<plan::StepResult> step(plan::StepInput input, plan::Mode mode) const {
    input.mode = mode;
    TRY(const plan::StepInput told, plan::step_from_json(to_json(input)));
    TRY(const auto executor, adapter::make_local_executor());
    stages::Host host;
    host.executor = executor.get();
    TRY(const plan::StepResult result, stages::find_kind("deploy")->step(told, host));
    return plan::result_from_json(to_json(result));
  }
  plan::StepResult apply() const { return expected(step(input(), plan::Mode::apply)); }
  plan::StepResult plan_only() const { return expected(step(input(), plan::Mode::plan)); }
  // Deploys `text` as the model and expects that to work.
  std::string deployed(const std::string& text) const {
    write("build/model", text);
    const auto result = apply();
    EXPECT_EQ(result.outcome, plan::Outcome::passed) << result.summary;
    EXPECT_EQ(served(), text);
    return current();
  }
  Result<deploy::RolledBack> roll_back(const std::string& to = "") const {
    return deploy::roll_back(target(), to, {"bob", "why not"}, [](const std::string&) {});
  }
  Result<deploy::Resumed> resume() const {
    return deploy::resume(target(), {"bob", "fine again"}, [](const std::string&) {});
  }

  StepFolder folder;
  std::string config =
      "{artifacts: [build/model], target: {name: p, type: directory, path: serving}}";
  std::string evidence = "[]";

 private:
  static plan::StepResult expected(const Result<plan::StepResult>& result) {
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result.value_or(plan::StepResult{});
  }
};

}  // namespace mlpipe
