// `mlpipe check TABLE --checks FILE [--json|--explain]`: data checks alone, on any
// table.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "runner/adapter/modules.hpp"
#include "runner/adapter/system_clock.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/engine/files.hpp"
#include "runner/run/state.hpp"
#include "runner/spec/yaml_reader.hpp"
#include "stages/data_check/check_table.hpp"

namespace mlpipe::cli {
namespace {

int exit_code(plan::Outcome outcome) {
  const run::StageEnd end{"data_check", run::from_outcome(outcome), false};
  return run::exit_code({&end, 1}, run::Ending::complete);
}

void print(const plan::StepResult& result) {
  for (const plan::Finding& finding : result.findings) {
    std::fputs(fmt::format("{}: {}\n", finding.title, finding.message).c_str(), stdout);
  }
  std::fputs((result.summary + "\n").c_str(), stdout);
}

// As a script: it runs in the engine's own shell.
void print_statements(const std::vector<std::string>& statements) {
  for (const std::string& statement : statements) {
    std::fputs((statement + ";\n\n").c_str(), stdout);
  }
}

}  // namespace

int check(const CheckArguments& arguments) {
  const auto text = engine::read_file(arguments.checks);
  if (!text) {
    return show(text.error());
  }
  spec::Sources sources;
  spec::Diagnostics diagnostics;
  const std::uint32_t file = sources.add(arguments.checks, *text);
  const spec::Node checks = spec::read_yaml(file, *text, diagnostics);
  std::string scratch = (std::filesystem::temp_directory_path() / "mlpipe-check-XXXXXX").string();
  if (mkdtemp(scratch.data()) == nullptr) {
    return show(fail_errno("cannot make a scratch folder", errno).value());
  }
  stages::data_check::CheckOptions options;
  options.root = std::filesystem::current_path().string();
  options.scratch = scratch;
  options.now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                       adapter::SystemClock().now().time_since_epoch())
                       .count();
  options.threads = std::max(1U, std::thread::hardware_concurrency());
  if (!arguments.previous.empty()) {
    const auto previous = engine::read_file(arguments.previous);
    if (!previous) {
      (void)engine::remove_all(scratch);
      return show(previous.error());
    }
    options.history = stages::data_check::history_after(*previous);
  }
  std::vector<std::string> statements;
  if (arguments.explain) {
    options.trace = &statements;
  }
  stages::Host host;
  host.open_tables = adapter::open_tables;
  const auto result =
      diagnostics.has_errors()
          ? Result<plan::StepResult>(fail(Code::invalid, "the checks cannot be read"))
          : stages::data_check::check_table(arguments.table, checks, options, host, diagnostics);
  (void)engine::remove_all(scratch);
  if (!diagnostics.empty()) {
    const auto colour = is_terminal(Stream::err) ? spec::Colour::on : spec::Colour::off;
    std::fputs(spec::render(diagnostics, sources, colour).c_str(), stderr);
  }
  if (!result) {
    return diagnostics.has_errors() ? 2 : show(result.error());
  }
  if (arguments.explain) {
    print_statements(statements);
  } else if (arguments.json) {
    std::puts(result->details.c_str());
  } else {
    print(*result);
  }
  return exit_code(result->outcome);
}

}  // namespace mlpipe::cli
