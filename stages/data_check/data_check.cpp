#include "stages/data_check/data_check.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <optional>

#include "stages/data_check/check_table.hpp"
#include "stages/data_check/config.hpp"
#include "stages/data_check/details.hpp"
#include "stages/data_check/json_node.hpp"
#include "stages/data_check/judge.hpp"
#include "stages/data_check/report.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

bool reads_clock(const Check& check) {
  const auto* sql = std::get_if<Sql>(&check.rule);
  const auto* expression = std::get_if<Expression>(&check.rule);
  return (sql != nullptr && sql_facts(sql->query).clock_word) ||
         (expression != nullptr && sql_facts(expression->sql).clock_word) ||
         sql_facts(check.where).clock_word;
}

void check(const spec::Stage& stage, spec::Diagnostics& diagnostics) {
  (void)read_config(stage.config, stage.mark, diagnostics);
}

// now() in a suite is allowed where the stage runs anew by itself: noted for the step, which does
// not see those keys.
constexpr std::string_view suite_clock = "suite_clock";

spec::Node with_suite_clock(const spec::Stage& stage) {
  spec::Node config = stage.config;
  if (config.find("suite") != nullptr && (stage.always_run || stage.max_age)) {
    spec::Node run;
    run.kind = spec::NodeKind::boolean;
    run.text = "true";
    config.keys.push_back({std::string(suite_clock), {}});
    config.items.push_back(std::move(run));
  }
  return config;
}

// Takes the note out again.
bool take_suite_clock(spec::Node& config) {
  for (std::size_t i = 0; i < config.keys.size(); ++i) {
    if (config.keys[i].text == suite_clock) {
      config.keys.erase(config.keys.begin() + static_cast<std::ptrdiff_t>(i));
      config.items.erase(config.items.begin() + static_cast<std::ptrdiff_t>(i));
      return true;
    }
  }
  return false;
}

Result<plan::Lowered> lower(const spec::Stage& stage) {
  spec::Diagnostics diagnostics;
  const Config config = read_config(stage.config, stage.mark, diagnostics);
  if (diagnostics.has_errors()) {
    return fail(Code::internal,
                fmt::format("stage {}: {}", stage.name, diagnostics.items().front().message));
  }
  plan::Lowered lowered;
  lowered.config = spec::canonical_json(with_suite_clock(stage));
  lowered.native = plan::Native::after_command;
  for (const Check& one : config.checks) {
    if (reads_circumstances(one.rule)) {
      lowered.verdict = plan::Verdict::fresh;
    }
    lowered.always_run = lowered.always_run || (!stage.max_age && reads_clock(one));
  }
  // Which checks a table brings is known only with the table: no stored measurement can be judged
  // again without it.
  if (config.constraints == Constraints::from_table && lowered.verdict == plan::Verdict::fresh) {
    lowered.verdict = plan::Lowered{}.verdict;
    lowered.always_run = true;
  }
  return lowered;
}

// "2026-11-24T13:26:04Z", also with a fraction of a second, as Unix time in milliseconds.
std::optional<std::int64_t> parse_utc(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d", &year, &month, &day, &hour, &minute,
                  &second) != 6) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) {
    return std::nullopt;
  }
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  const auto time =
      std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
  return std::chrono::duration_cast<std::chrono::milliseconds>(days + time).count();
}

// What ran before the measurement that is judged. Where the last good result is that measurement,
// its own history counts.
History history_of(const plan::StepInput& input) {
  if (!input.previous) {
    return input.stored ? history_before(*input.stored) : History{};
  }
  return input.stored && same_measurement(*input.stored, *input.previous)
             ? history_before(*input.stored)
             : history_after(*input.previous);
}

Result<plan::StepResult> step(const plan::StepInput& input, Host& host) {
  TRY(spec::Node node, node_from_json(input.config));
  const bool clock = take_suite_clock(node);
  spec::Diagnostics diagnostics;
  const Config asked = read_config(node, {}, diagnostics);
  if (diagnostics.has_errors()) {
    return fail(Code::invalid, diagnostics.items().front().message);
  }
  const auto now = parse_utc(input.run_started);
  if (!now) {
    return fail(Code::internal,
                fmt::format("the start of the run is no time: {}", input.run_started));
  }
  CheckOptions options;
  options.root = input.root;
  options.scratch = input.scratch;
  options.now_ms = *now;
  options.threads = input.threads;
  options.memory = input.memory;
  options.history = history_of(input);
  if (clock) {
    options.suite_now_ms = now;
  }
  TRY(const Config config, with_suite(asked, options));
  if (input.stored) {
    TRY(const Measurement measurement, measurement_from_details(config, *input.stored));
    plan::StepResult result =
        report(config, measurement, config.tables.front(), *now, history_of(input));
    result.verdict_summary = result.summary;
    return result;
  }
  return run_checks(config, options, host);
}

}  // namespace

Kind kind() {
  using Role = spec::PathKey::Role;
  using Select = spec::PathKey::Select;
  Kind kind;
  kind.rules.name = "data_check";
  kind.rules.cmd = spec::Command::none;
  kind.rules.paths = {{"table", Role::dep, Select::all_outs},
                      {"tables.*", Role::dep, Select::all_outs},
                      {"suite", Role::dep, Select::all_outs}};
  kind.rules.check = &check;
  kind.lower = &lower;
  kind.step = &step;
  return kind;
}

}  // namespace mlpipe::stages::data_check
