#include "stages/data_check/check_table.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "runner/base/text.hpp"
#include "stages/data_check/judge.hpp"
#include "stages/data_check/measure.hpp"
#include "stages/data_check/report.hpp"
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

// Every statement that an engine is given.
class TracedEngine : public port::TableEngine {
 public:
  TracedEngine(std::unique_ptr<port::TableEngine> engine, std::vector<std::string>& statements)
      : engine_(std::move(engine)), statements_(statements) {}
  Result<port::Rows> query(const std::string& sql) override {
    statements_.push_back(sql);
    return engine_->query(sql);
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
  const Circumstances around{measured.considered, 0, nullptr, 0};
  const CheckStatus status = judge_segment(check, measured, around).status;
  return status == CheckStatus::fail || status == CheckStatus::warn;
}

}  // namespace

Result<plan::StepResult> run_checks(const Config& config, const CheckOptions& options, Host& host) {
  const auto tables = find_tables(config, options.root);
  if (!tables) {
    return report_unreadable(config, tables.error(), shown_table(config));
  }
  TRY(auto engine, host.open_tables({options.threads, options.memory, options.scratch}));
  if (options.trace != nullptr) {
    engine = std::make_unique<TracedEngine>(std::move(engine), *options.trace);
  }
  const auto measurement = measure(*engine, *tables, config, &shows_rows);
  if (!measurement) {
    return report_unreadable(config, measurement.error(), shown_table(config));
  }
  if (options.places != nullptr) {
    point_at_errors(config, *measurement, *options.places);
  }
  return report(config, *measurement, shown_table(config), options.now_ms, options.history);
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
