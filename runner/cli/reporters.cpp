#include "runner/cli/reporters.hpp"

#include <unistd.h>

#include "runner/report/console_report.hpp"
#include "runner/report/json_report.hpp"
#include "runner/report/plain_report.hpp"
#include "runner/report/terminal.hpp"

namespace mlpipe::cli {
namespace {

// What a person types to run a stage again from where they stand.
std::string rerun_command(const Common& common) {
  std::string command = "mlpipe run";
  for (const std::string& file : common.files) {
    command += " -f " + file;
  }
  return common.profile.empty() ? command : command + " --profile " + common.profile;
}

}  // namespace

std::vector<std::unique_ptr<run::Listener>> make_reporters(const Common& common) {
  std::vector<std::unique_ptr<run::Listener>> reporters;
  if (common.json) {
    reporters.push_back(
        std::make_unique<report::JsonReport>(report::terminal_options(STDOUT_FILENO).write));
  }
  // Under --json standard output is for machines: people read standard error.
  const int shown = common.json ? STDERR_FILENO : STDOUT_FILENO;
  report::ReportOptions options = report::terminal_options(shown);
  options.rerun = rerun_command(common);
  if (report::wants_live(shown)) {
    reporters.push_back(std::make_unique<report::ConsoleReport>(std::move(options)));
  } else if (!common.json) {
    reporters.push_back(std::make_unique<report::PlainReport>(std::move(options)));
  }
  return reporters;
}

}  // namespace mlpipe::cli
