// `mlpipe drift REFERENCE CURRENT`: two tables compared, without a pipeline.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "runner/adapter/modules.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/engine/files.hpp"
#include "runner/run/state.hpp"
#include "runner/spec/yaml_reader.hpp"
#include "stages/drift/report.hpp"
#include "stages/drift/report_file.hpp"
#include "stages/drift/run.hpp"

namespace mlpipe::cli {
namespace {

using stages::drift::Choice;
using stages::drift::ColumnRule;
using stages::drift::ColumnType;
using stages::drift::Config;
using stages::drift::Correction;

Error usage(std::string message) {
  return {Code::usage, std::move(message)};
}

// The choice for the columns that are named, or else for all whose type the method takes.
Status spread(const DriftArguments& arguments, const Choice& choice, std::optional<ColumnType> type,
              Config& config) {
  if (!choice.method && !choice.threshold && !choice.calibrated && !type) {
    return {};
  }
  for (const std::string& column : arguments.columns) {
    std::erase_if(config.rules, [&](const ColumnRule& rule) { return rule.column == column; });
    config.rules.push_back({column, type, choice});
  }
  if (!arguments.columns.empty()) {
    return {};
  }
  if (type) {
    return tl::make_unexpected(usage("--type is the type of the columns that --column names"));
  }
  for (const auto& [of, place] :
       {std::pair{ColumnType::num, &config.num}, std::pair{ColumnType::cat, &config.cat},
        std::pair{ColumnType::text, &config.text}}) {
    if (!choice.method || stages::drift::applies(stages::drift::facts(*choice.method), of)) {
      *place = choice;
    }
  }
  return {};
}

// What the options ask for, on top of the file.
Status apply(const DriftArguments& arguments, Config& config) {
  Choice choice;
  choice.threshold = arguments.threshold;
  choice.calibrated = arguments.calibrated;
  if (!arguments.method.empty()) {
    const auto* method = stages::drift::find_method(arguments.method);
    if (method == nullptr) {
      return tl::make_unexpected(usage(fmt::format("`{}` is no method; one of {}", arguments.method,
                                                   stages::drift::method_names())));
    }
    choice.method = method->method;
  }
  std::optional<ColumnType> type;
  if (!arguments.type.empty()) {
    type = stages::drift::column_type(arguments.type);
  }
  if (const auto problem = stages::drift::problem_of(choice, type)) {
    return tl::make_unexpected(usage(*problem));
  }
  if (!arguments.columns.empty()) {
    config.columns = arguments.columns;
  }
  if (!arguments.exclude.empty()) {
    config.exclude = arguments.exclude;
  }
  TRY_OK(spread(arguments, choice, type, config));
  if (arguments.share) {
    config.share = *arguments.share;
  }
  if (!arguments.correction.empty()) {
    config.correction = arguments.correction == "holm" ? Correction::holm
                        : arguments.correction == "bh" ? Correction::benjamini_hochberg
                                                       : Correction::none;
  }
  if (!arguments.target.empty()) {
    config.target = arguments.target;
  }
  if (!arguments.prediction.empty()) {
    config.prediction = arguments.prediction;
  }
  return {};
}

// The file of --config, where one is given. nullopt: it is wrong, and that has been said.
Result<std::optional<Config>> read(const std::string& path) {
  if (path.empty()) {
    return Config();
  }
  TRY(const std::string text, engine::read_file(path));
  spec::Sources sources;
  spec::Diagnostics diagnostics;
  const std::uint32_t file = sources.add(path, text);
  const spec::Node node = spec::read_yaml(file, text, diagnostics);
  Config config;
  if (!diagnostics.has_errors()) {
    config = stages::drift::read_drift_file(node, diagnostics);
  }
  if (!diagnostics.empty()) {
    const auto colour = is_terminal(Stream::err) ? spec::Colour::on : spec::Colour::off;
    std::fputs(spec::render(diagnostics, sources, colour).c_str(), stderr);
  }
  if (diagnostics.has_errors()) {
    return std::optional<Config>();
  }
  return config;
}

Result<stages::drift::DriftResult> compared(const Config& config) {
  std::string scratch = (std::filesystem::temp_directory_path() / "mlpipe-drift-XXXXXX").string();
  if (mkdtemp(scratch.data()) == nullptr) {
    return fail_errno("cannot make a scratch folder", errno);
  }
  stages::Host host;
  host.open_tables = adapter::open_tables;
  auto result =
      stages::drift::compare_tables(config,
                                    {std::filesystem::current_path().string(), scratch,
                                     std::max(1U, std::thread::hardware_concurrency()), 0},
                                    host);
  (void)engine::remove_all(scratch);
  return result;
}

}  // namespace

int drift(const DriftArguments& arguments) {
  auto config = read(arguments.config);
  if (!config) {
    return show(config.error());
  }
  if (!*config) {
    return 2;
  }
  Config& asked = **config;
  asked.reference.tables = {arguments.reference};
  asked.current.tables = {arguments.current};
  if (const auto status = apply(arguments, asked); !status) {
    return show(status.error());
  }
  const auto result = compared(asked);
  if (!result) {
    return show(result.error());
  }
  const std::string here = std::filesystem::current_path().string();
  for (const std::string& path : arguments.reports) {
    if (const Status written = stages::drift::write_report(*result, here, path); !written) {
      return show(written.error());
    }
  }
  if (!result->error.empty() && !arguments.json) {
    return show({Code::unavailable, result->error});
  }
  std::fputs(arguments.json ? (stages::drift::to_json(*result) + "\n").c_str()
                            : stages::drift::to_text(*result).c_str(),
             stdout);
  const run::StageEnd end{"drift", run::from_outcome(stages::drift::outcome_of(*result)), false};
  return run::exit_code({&end, 1}, run::Ending::complete);
}

}  // namespace mlpipe::cli
