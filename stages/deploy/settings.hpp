// The typed configuration of a deploy stage. Knows the keys and their defaults; nothing of what a
// target holds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/spec/diagnostic.hpp"
#include "runner/spec/pipeline.hpp"

namespace mlpipe::stages::deploy {

enum class OnFailure : std::uint8_t { rollback, keep };

struct Settings {
  std::vector<std::string> artifacts;  // paths or patterns
  std::string target;                  // its name
  std::string path;                    // its folder, relative to the root or absolute
  std::uint32_t keep = 5;
  std::vector<std::string> verify;                    // commands, one after the other
  std::chrono::milliseconds verify_timeout{600'000};  // for all of them together
  OnFailure on_failure = OnFailure::rollback;
  std::vector<std::string> allow_accepted;
  spec::Shell shell = spec::Shell::sh;  // verify runs as the stage's command would
  std::string working_dir = ".";
};

void check(const spec::Stage& stage, spec::Diagnostics& diagnostics);
[[nodiscard]] Settings settings_of(const spec::Stage& stage);
// The target alone, for readers of a project that have no step: "" where the keys are missing.
[[nodiscard]] std::string target_name(const spec::Node& config);
[[nodiscard]] std::string target_path(const spec::Node& config);

[[nodiscard]] std::string to_json(const Settings& settings);
[[nodiscard]] Result<Settings> settings_from_json(const std::string& text);

}  // namespace mlpipe::stages::deploy
