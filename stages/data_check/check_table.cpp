#include "stages/data_check/check_table.hpp"

#include <algorithm>
#include <iterator>

#include "runner/base/text.hpp"
#include "stages/data_check/measure.hpp"
#include "stages/data_check/report.hpp"
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

}  // namespace

Result<plan::StepResult> run_checks(const Config& config, const CheckOptions& options, Host& host) {
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
