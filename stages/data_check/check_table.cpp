#include "stages/data_check/check_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "runner/base/text.hpp"
#include "stages/data_check/measure.hpp"
#include "stages/data_check/report.hpp"
#include "stages/data_check/suite_reader.hpp"
#include "stages/data_check/table_constraints.hpp"
#include "stages/table/table_files.hpp"

namespace mlpipe::stages::data_check {
namespace {

std::string shown_table(const Config& config) {
  std::string all;
  for (const std::string& table : config.tables) {
    all += (all.empty() ? "" : ", ") + printable(table);
  }
  return all;
}

Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail_errno(fmt::format("the suite {} cannot be read", printable(path)), errno);
  }
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<Check> checks_of(const SuiteText& suite, spec::Node parameters,
                             std::optional<std::int64_t> now_ms, spec::Diagnostics& diagnostics) {
  ParameterScope scope;
  scope.given = std::move(parameters);
  scope.now_ms = now_ms;
  return read_suite(suite.text, suite.path, suite.file, std::move(scope), diagnostics);
}

}  // namespace

Result<Config> with_suite(Config config, const CheckOptions& options) {
  if (config.suite.empty()) {
    return config;
  }
  const std::filesystem::path path = std::filesystem::path(options.root) / config.suite;
  TRY(std::string text, read_text(path.string()));
  spec::Diagnostics diagnostics;
  std::vector<Check> checks = checks_of({config.suite, std::move(text), 0}, config.suite_parameters,
                                        options.suite_now_ms, diagnostics);
  if (diagnostics.has_errors()) {
    const spec::Diagnostic& first = diagnostics.items().front();
    return fail(Code::invalid, fmt::format("{}:{}:{}: {}", config.suite, first.mark.line,
                                           first.mark.column, first.message));
  }
  for (Check& check : checks) {
    config.checks.push_back(std::move(check));
  }
  config.suite.clear();
  return config;
}

Result<plan::StepResult> run_checks(const Config& asked, const CheckOptions& options, Host& host) {
  TRY(const Config config, with_suite(asked, options));
  const auto files = find_table_files(config, options.root);
  if (!files) {
    return report_unreadable(config, files.error(), shown_table(config));
  }
  TRY(const auto engine, host.open_tables({options.threads, options.memory, options.scratch}));
  Config checked = config;
  if (config.constraints == Constraints::from_table) {
    TRY(const auto log, host.open_tables({options.threads, options.memory, options.scratch}));
    auto own = checks_of_table(*log, *files);
    if (!own) {
      return report_unreadable(config, own.error(), shown_table(config));
    }
    std::move(own->begin(), own->end(), std::back_inserter(checked.checks));
  }
  const auto measurement = measure(*engine, *files, checked);
  if (!measurement) {
    return report_unreadable(config, measurement.error(), shown_table(config));
  }
  return report(checked, *measurement, shown_table(config), options.now_ms);
}

Result<plan::StepResult> check_suite(const std::string& table, const SuiteText& suite,
                                     spec::Node parameters, const CheckOptions& options, Host& host,
                                     spec::Diagnostics& diagnostics) {
  Config config;
  config.csv.null_values = table::pandas_null_values();
  config.checks = checks_of(suite, std::move(parameters), options.suite_now_ms, diagnostics);
  if (diagnostics.has_errors()) {
    return fail(Code::invalid, "the suite cannot be used as it is written");
  }
  config.tables = {table};
  return run_checks(config, options, host);
}

Result<plan::StepResult> check_table(const std::string& table, const spec::Node& checks,
                                     const CheckOptions& options, Host& host,
                                     spec::Diagnostics& diagnostics) {
  Config config = read_checks_file(checks, diagnostics);
  if (diagnostics.has_errors()) {
    return fail(Code::invalid, "the checks cannot be used as they are written");
  }
  config.tables = {table};
  return run_checks(config, options, host);
}

}  // namespace mlpipe::stages::data_check
