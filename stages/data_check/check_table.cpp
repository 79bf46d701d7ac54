#include "stages/data_check/check_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <utility>

#include "runner/base/text.hpp"
#include "stages/data_check/judge.hpp"
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

// Every statement that an engine is given.
class TracedEngine : public port::TableEngine {
 public:
  TracedEngine(std::unique_ptr<port::TableEngine> engine, std::vector<std::string>& statements)
      : engine_(std::move(engine)), statements_(statements) {}
  Result<port::Rows> query(const std::string& sql) override {
    statements_.push_back(sql);
    return engine_->query(sql);
  }
  Status numbers(const std::string& sql,
                 const std::function<Status(const port::NumberBlock&)>& take) override {
    statements_.push_back(sql);
    return engine_->numbers(sql, take);
  }
  Status lock_down(const std::vector<std::string>& readable) override {
    return engine_->lock_down(readable);
  }

 private:
  std::unique_ptr<port::TableEngine> engine_;
  std::vector<std::string>& statements_;
};

Result<Tables> find_tables(const Config& config, const std::string& root) {
  Tables tables;
  TRY(tables.data, find_table_files(config, root));
  for (const OtherTable& other : config.others) {
    table::Source source;
    source.tables = other.paths;
    source.csv = config.csv;
    auto files = find_table_files(source, root);
    if (!files) {
      return fail(files.error().code,
                  fmt::format("the table `{}`: {}", printable(other.name), files.error().message));
    }
    tables.others.emplace_back(other.name, std::move(*files));
  }
  return tables;
}

// In the file of checks; those that come from elsewhere have no place.
void point_at_errors(const Config& config, const Measurement& measurement,
                     spec::Diagnostics& places) {
  for (std::size_t i = 0; i < config.checks.size(); ++i) {
    const Check& check = config.checks[i];
    if (!measurement.checks[i].error.empty() && check.mark.line > 0) {
      places.error(check.mark,
                   fmt::format("{}: {}", printable(check.name), measurement.checks[i].error));
    }
  }
}

// Rows at fault are shown where the check does not hold.
bool shows_rows(const Check& check, const Measured& measured) {
  if (check.origin) {
    return measured.violations > 0;  // a suite's results name them also where enough rows hold
  }
  const Circumstances around{measured.considered, 0, nullptr, 0};
  const CheckStatus status = judge_segment(check, measured, around).status;
  return status == CheckStatus::fail || status == CheckStatus::warn;
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
  const auto tables = find_tables(config, options.root);
  if (!tables) {
    return report_unreadable(config, tables.error(), shown_table(config));
  }
  Config checked = config;
  if (config.constraints == Constraints::from_table) {
    TRY(const auto log, host.open_tables({options.threads, options.memory, options.scratch}));
    auto own = checks_of_table(*log, tables->data);
    if (!own) {
      return report_unreadable(config, own.error(), shown_table(config));
    }
    std::move(own->begin(), own->end(), std::back_inserter(checked.checks));
  }
  TRY(auto engine, host.open_tables({options.threads, options.memory, options.scratch}));
  if (options.trace != nullptr) {
    engine = std::make_unique<TracedEngine>(std::move(engine), *options.trace);
  }
  const auto measurement = measure(*engine, *tables, checked, &shows_rows);
  if (!measurement) {
    return report_unreadable(config, measurement.error(), shown_table(config));
  }
  if (options.places != nullptr) {
    point_at_errors(checked, *measurement, *options.places);
  }
  return report(checked, *measurement, shown_table(config), options.now_ms, options.history);
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
  CheckOptions placed = options;
  placed.places = &diagnostics;
  return run_checks(config, placed, host);
}

}  // namespace mlpipe::stages::data_check
