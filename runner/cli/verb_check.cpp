// `mlpipe check TABLE --checks FILE|--suite FILE [--json|--explain]`: data checks alone, on any
// table.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "runner/adapter/modules.hpp"
#include "runner/adapter/system_clock.hpp"
#include "runner/base/text.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/engine/files.hpp"
#include "runner/run/state.hpp"
#include "runner/spec/yaml_reader.hpp"
#include "stages/data_check/check_table.hpp"
#include "stages/data_check/suite_json.hpp"

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

// What stands behind $PARAMETER: a JSON value where it is one, else a text.
spec::Node parameter_map(const std::vector<std::string>& parameters,
                         spec::Diagnostics& diagnostics) {
  spec::Node map;
  map.kind = spec::NodeKind::map;
  for (const std::string& parameter : parameters) {
    const auto equals = parameter.find('=');
    if (equals == std::string::npos || equals == 0) {
      diagnostics.error({}, fmt::format("--parameter {} is not NAME=VALUE", printable(parameter)));
      continue;
    }
    map.keys.push_back({parameter.substr(0, equals), {}});
    const std::string text = parameter.substr(equals + 1);
    spec::Diagnostics none;
    spec::Node value = stages::data_check::read_json(0, text, none);
    if (none.has_errors()) {
      value = {};
      value.kind = spec::NodeKind::string;
      value.text = text;
    }
    map.items.push_back(std::move(value));
  }
  return map;
}

Result<plan::StepResult> checked(const CheckArguments& arguments, const std::string& text,
                                 std::uint32_t file,
                                 const stages::data_check::CheckOptions& options,
                                 spec::Diagnostics& diagnostics) {
  stages::Host host;
  host.open_tables = adapter::open_tables;
  if (!arguments.suite.empty()) {
    spec::Node parameters = parameter_map(arguments.parameters, diagnostics);
    return stages::data_check::check_suite(arguments.table, {arguments.suite, text, file},
                                           std::move(parameters), options, host, diagnostics);
  }
  const spec::Node checks = spec::read_yaml(file, text, diagnostics);
  if (diagnostics.has_errors()) {
    return fail(Code::invalid, "the checks cannot be read");
  }
  return stages::data_check::check_table(arguments.table, checks, options, host, diagnostics);
}

// As a script: it runs in the engine's own shell.
void print_statements(const std::vector<std::string>& statements) {
  for (const std::string& statement : statements) {
    std::fputs((statement + ";\n\n").c_str(), stdout);
  }
}

}  // namespace

int check(const CheckArguments& arguments) {
  const std::string& path = arguments.suite.empty() ? arguments.checks : arguments.suite;
  if (arguments.suite.empty() && !arguments.parameters.empty()) {
    return show({Code::invalid, "--parameter belongs to --suite"});
  }
  const auto text = engine::read_file(path);
  if (!text) {
    return show(text.error());
  }
  spec::Sources sources;
  spec::Diagnostics diagnostics;
  const std::uint32_t file = sources.add(path, *text);
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
  options.suite_now_ms = options.now_ms;
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
  const auto result = checked(arguments, *text, file, options, diagnostics);
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
