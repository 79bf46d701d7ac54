// A table checked in this process: what `mlpipe step data_check` and `mlpipe check` share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/plan/step.hpp"
#include "runner/spec/diagnostic.hpp"
#include "runner/spec/node.hpp"
#include "stages/data_check/config.hpp"
#include "stages/data_check/history.hpp"
#include "stages/kind.hpp"

namespace mlpipe::stages::data_check {

struct CheckOptions {
  std::string root;         // absolute: what relative paths are relative to
  std::string scratch;      // absolute folder for spilling; must exist
  std::int64_t now_ms = 0;  // Unix time that freshness is judged by
  // Unix time that now() of a suite's parameters stands for; absent: it is refused.
  std::optional<std::int64_t> suite_now_ms;
  std::uint32_t threads = 1;
  std::uint64_t memory = 0;                   // bytes, 0: no limit
  History history{};                          // of earlier runs
  std::vector<std::string>* trace = nullptr;  // receives every statement that is run
  spec::Diagnostics* places = nullptr;  // receives, of checks that are errors, where they stand
};

// Error only where the engine cannot be opened (unavailable). A table that cannot be read is an
// errored result.
[[nodiscard]] Result<plan::StepResult> run_checks(const Config& config, const CheckOptions& options,
                                                  Host& host);

// The configuration with the checks of its suite, which is read from `root`. Error: the suite
// cannot be read or is none; the message says where.
[[nodiscard]] Result<Config> with_suite(Config config, const CheckOptions& options);

// `mlpipe check TABLE --suite FILE`. `parameters`: a map.
struct SuiteText {
  std::string path;  // as people name it
  std::string text;
  std::uint32_t file = 0;  // its index in the Sources that diagnostics point into
};
[[nodiscard]] Result<plan::StepResult> check_suite(const std::string& table, const SuiteText& suite,
                                                   spec::Node parameters,
                                                   const CheckOptions& options, Host& host,
                                                   spec::Diagnostics& diagnostics);

// `mlpipe check TABLE --checks FILE`: `checks` is the parsed file, see read_checks_file.
// invalid: the checks are wrong; the diagnostics say where, and no data was read.
[[nodiscard]] Result<plan::StepResult> check_table(const std::string& table,
                                                   const spec::Node& checks,
                                                   const CheckOptions& options, Host& host,
                                                   spec::Diagnostics& diagnostics);

}  // namespace mlpipe::stages::data_check
