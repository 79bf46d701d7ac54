// A real folder for a step to read, gone when the test ends; and the pieces every test of a kind
// needs.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "runner/plan/step.hpp"
#include "runner/spec/yaml_reader.hpp"
#include "stages/kind.hpp"

namespace mlpipe {

class StepFolder {
 public:
  StepFolder() {
    static int count = 0;
    root_ = std::filesystem::temp_directory_path() /
            ("mlpipe_step_" + std::to_string(::getpid()) + "_" + std::to_string(count++));
    std::filesystem::create_directories(root_);
  }
  ~StepFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  StepFolder(const StepFolder&) = delete;
  StepFolder& operator=(const StepFolder&) = delete;

  void write(const std::string& path, std::string_view text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::binary) << text;
  }
  [[nodiscard]] std::string root() const { return root_.string(); }

 private:
  std::filesystem::path root_;
};

// A stage of `kind` whose own keys are the YAML `config`.
inline spec::Stage stage_of(const std::string& kind, const std::string& config) {
  spec::Stage stage;
  stage.name = kind;
  stage.kind = kind;
  spec::Diagnostics diagnostics;
  stage.config = spec::read_yaml(0, config, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << config;
  return stage;
}

inline plan::Lowered lowered(const spec::Stage& stage) {
  auto result = stages::find_kind(stage.kind)->lower(stage);
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return result.value_or(plan::Lowered{});
}

// Lowers, passes everything through step.json and result.json as the runner does, and runs the
// step.
inline plan::StepResult run_step(const spec::Stage& stage, plan::StepInput input) {
  input.kind = stage.kind;
  input.config = lowered(stage).config;
  const auto told = plan::step_from_json(to_json(input));
  EXPECT_TRUE(told) << (told ? "" : told.error().message);
  stages::Host host;
  const auto result = stages::find_kind(stage.kind)->step(*told, host);
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  const auto answered = plan::result_from_json(to_json(result.value_or(plan::StepResult{})));
  EXPECT_TRUE(answered) << (answered ? "" : answered.error().message);
  return answered.value_or(plan::StepResult{});
}

}  // namespace mlpipe
