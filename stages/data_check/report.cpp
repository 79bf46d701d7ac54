#include "stages/data_check/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "stages/data_check/judge.hpp"
#include "stages/data_check/suite_report.hpp"

namespace mlpipe::stages::data_check {
namespace {

using nlohmann::ordered_json;
using plan::Finding;
using plan::Outcome;

// JSON has no infinity; text that is no UTF-8 cannot stand in it either.
ordered_json to_json(const port::Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    return *whole;
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return std::isfinite(*real) ? ordered_json(*real) : ordered_json(fmt::format("{}", *real));
  }
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return is_utf8(*text) ? *text : printable(*text);
  }
  return nullptr;
}

port::Cell to_cell(const ordered_json& value) {
  if (value.is_number_integer()) {
    return value.get<std::int64_t>();
  }
  if (value.is_number()) {
    return value.get<double>();
  }
  return value.is_string() ? port::Cell{value.get<std::string>()} : port::Cell{};
}

ordered_json measured_number(const Check& check, const Measured& measured) {
  const bool counted =
      std::holds_alternative<RowCount>(check.rule) || std::holds_alternative<Sql>(check.rule);
  if (counted) {
    return to_json(measured.number);
  }
  if (std::holds_alternative<ColumnSet>(check.rule)) {
    return measured.violations;
  }
  if (std::holds_alternative<Freshness>(check.rule)) {
    return measured.latest_ms ? ordered_json(*measured.latest_ms) : ordered_json(nullptr);
  }
  if (measured.considered == 0) {
    return nullptr;
  }
  return static_cast<double>(measured.considered - measured.violations) /
         static_cast<double>(measured.considered);
}

ordered_json check_json(const Check& check, const Measured& measured, const CheckVerdict& verdict) {
  ordered_json json;
  json["name"] = check.name;
  json["check"] = rule_name(check.rule);
  std::string columns;
  for (const std::string& column : check.columns) {
    columns += (columns.empty() ? "" : ", ") + column;
  }
  json["column"] = check.columns.empty() ? ordered_json(nullptr) : ordered_json(columns);
  json["status"] = status_name(verdict.status);
  json["severity"] = check.severity == Severity::warning ? "warning" : "error";
  if (!check.owner.empty()) {
    json["owner"] = check.owner;
  }
  json["measured"] =
      measured.error.empty() ? measured_number(check, measured) : ordered_json(nullptr);
  json["considered"] = measured.considered;
  json["missing"] = measured.missing;
  json["violations"] = measured.violations;
  json["sample"] = ordered_json::array();
  for (const SampleRow& sample : measured.sample) {
    json["sample"].push_back(
        {{"row", sample.row ? ordered_json(*sample.row) : ordered_json(nullptr)},
         {"value", to_json(sample.value)}});
  }
  json["message"] = verdict.message;
  if (!std::holds_alternative<std::monostate>(measured.low) ||
      !std::holds_alternative<std::monostate>(measured.high)) {
    json["low"] = to_json(measured.low);
    json["high"] = to_json(measured.high);
  }
  if (measured.latest_ms) {
    json["latest_ms"] = *measured.latest_ms;
  }
  if (!measured.problems.empty()) {
    json["problems"] = measured.problems;
  }
  if (!measured.error.empty()) {
    json["error"] = measured.error;
  }
  if (check.origin) {
    add_suite_fields(json, check, measured, verdict);
  }
  return json;
}

ordered_json malformed_json(const Malformed& malformed) {
  ordered_json json{
      {"lines", malformed.lines}, {"more", malformed.more}, {"encoding", malformed.encoding}};
  json["sample"] = ordered_json::array();
  for (const Malformed::Line& line : malformed.sample) {
    json["sample"].push_back(
        {{"file", printable(line.file)}, {"line", line.line}, {"why", printable(line.why)}});
  }
  return json;
}

Finding malformed_finding(const Malformed& malformed, const std::string& table) {
  std::string lines;
  for (const Malformed::Line& line : malformed.sample) {
    lines += fmt::format("\n  line {}: {}", grouped(line.line), printable(line.why));
  }
  Finding finding;
  finding.title = "malformed lines";
  finding.message =
      fmt::format("{}: {}{} line{} could not be read and {} left out of every other check{}{}",
                  table, malformed.more ? "at least " : "", grouped(malformed.lines),
                  malformed.lines == 1 ? "" : "s", malformed.lines == 1 ? "is" : "are",
                  malformed.encoding
                      ? "; the file is not in the declared encoding, try `csv: {encoding: latin-1}`"
                      : "",
                  lines);
  finding.file = table;
  finding.line =
      malformed.sample.empty() ? 0 : static_cast<std::uint32_t>(malformed.sample.front().line);
  return finding;
}

std::string plural(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

struct Tally {
  std::size_t passed = 0;
  std::size_t warned = 0;
  std::size_t failed = 0;
  std::size_t errors = 0;

  void add(CheckStatus status) {
    (status == CheckStatus::pass   ? passed
     : status == CheckStatus::warn ? warned
     : status == CheckStatus::fail ? failed
                                   : errors)++;
  }
  [[nodiscard]] Outcome outcome(bool malformed) const {
    return errors > 0                ? Outcome::errored
           : failed > 0 || malformed ? Outcome::failed
           : warned > 0              ? Outcome::warned
                                     : Outcome::passed;
  }
  [[nodiscard]] std::string summary(std::int64_t rows, const Malformed& malformed) const {
    std::string text = errors + failed + warned == 0 ? plural(passed, "check") + " passed" : "";
    const auto add = [&](std::size_t count, const char* what) {
      if (count > 0) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
      }
    };
    if (text.empty()) {
      add(errors, "could not be evaluated");
      add(failed, "failed");
      add(warned, "warned");
      add(passed, "passed");
    }
    text += fmt::format(" on {} row{}", grouped(rows), rows == 1 ? "" : "s");
    return malformed.lines == 0
               ? text
               : text + fmt::format("; {} malformed line{}", grouped(malformed.lines),
                                    malformed.lines == 1 ? "" : "s");
  }
};

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return "pass";
    case Outcome::warned:
      return "warn";
    case Outcome::failed:
      return "fail";
    default:
      return "error";
  }
}

std::string dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Measured measured_from(const ordered_json& json) {
  Measured measured;
  measured.error = json.value("error", "");
  measured.considered = json.value("considered", std::int64_t{0});
  measured.missing = json.value("missing", std::int64_t{0});
  measured.violations = json.value("violations", std::int64_t{0});
  measured.number = to_cell(json.value("measured", ordered_json()));
  measured.low = to_cell(json.value("low", ordered_json()));
  measured.high = to_cell(json.value("high", ordered_json()));
  if (json.contains("latest_ms")) {
    measured.latest_ms = json.at("latest_ms").get<std::int64_t>();
  }
  measured.problems = json.value("problems", std::vector<std::string>{});
  for (const auto& sample : json.value("sample", ordered_json::array())) {
    const auto& row = sample.at("row");
    measured.sample.push_back(
        {row.is_null() ? std::nullopt : std::optional(row.get<std::int64_t>()),
         to_cell(sample.at("value"))});
  }
  if (json.contains("place")) {
    read_suite_fields(json, measured);
  }
  return measured;
}

Malformed malformed_from(const ordered_json& json) {
  Malformed malformed{json.at("lines").get<std::int64_t>(),
                      json.at("more").get<bool>(),
                      json.at("encoding").get<bool>(),
                      {}};
  for (const auto& line : json.at("sample")) {
    malformed.sample.push_back({line.at("file").get<std::string>(),
                                line.at("line").get<std::int64_t>(),
                                line.at("why").get<std::string>()});
  }
  return malformed;
}

Measurement measurement_from(const Config& config, const ordered_json& details) {
  Measurement measurement;
  measurement.rows = details.at("rows").get<std::int64_t>();
  for (const auto& column : details.at("columns")) {
    measurement.columns.push_back({column.at("name").get<std::string>(),
                                   column.at("type").get<std::string>(), Family::other});
  }
  if (details.contains("malformed")) {
    measurement.malformed = malformed_from(details.at("malformed"));
  }
  const auto& checks = details.at("checks");
  for (std::size_t i = 0; i < config.checks.size(); ++i) {
    if (checks.at(i).at("name").get<std::string>() != config.checks[i].name) {
      throw std::out_of_range("another check");
    }
    measurement.checks.push_back(measured_from(checks.at(i)));
  }
  return measurement;
}

}  // namespace

plan::StepResult report(const Config& config, const Measurement& measurement,
                        const std::string& table, std::int64_t now_ms) {
  plan::StepResult result;
  Tally tally;
  ordered_json checks = ordered_json::array();
  const Malformed& malformed = measurement.malformed;
  if (malformed.lines > 0) {
    result.findings.push_back(malformed_finding(malformed, table));
  }
  for (std::size_t i = 0; i < config.checks.size(); ++i) {
    const Check& check = config.checks[i];
    const CheckVerdict verdict = judge(check, measurement.checks[i], measurement.rows, now_ms);
    tally.add(verdict.status);
    checks.push_back(check_json(check, measurement.checks[i], verdict));
    if (verdict.status != CheckStatus::pass) {
      const auto level =
          verdict.status == CheckStatus::warn ? Finding::Level::warning : Finding::Level::error;
      result.findings.push_back({level, check.name, verdict.message, table, 0});
    }
  }
  result.outcome = tally.outcome(malformed.lines > 0);
  result.summary = tally.summary(measurement.rows, malformed);
  ordered_json details{
      {"version", 1}, {"status", outcome_name(result.outcome)}, {"rows", measurement.rows}};
  details["columns"] = ordered_json::array();
  for (const TableColumn& column : measurement.columns) {
    details["columns"].push_back({{"name", column.name}, {"type", column.type}});
  }
  if (malformed.lines > 0) {
    details["malformed"] = malformed_json(malformed);
  }
  details["checks"] = std::move(checks);
  result.details = dump(details);
  result.metrics = dump({{"rows", measurement.rows}});
  return result;
}

plan::StepResult report_unreadable(const Config& config, const Error& why,
                                   const std::string& table) {
  plan::StepResult result;
  result.outcome = Outcome::errored;
  result.summary = "the table could not be read: " + why.message;
  result.findings.push_back({Finding::Level::error, "table", why.message, table, 0});
  ordered_json details{
      {"version", 1}, {"status", "error"}, {"rows", nullptr}, {"error", why.message}};
  details["checks"] = ordered_json::array();
  Measured none;
  none.error = why.message;
  for (const Check& check : config.checks) {
    details["checks"].push_back(check_json(check, none, {CheckStatus::error, why.message}));
  }
  result.details = dump(details);
  return result;
}

Result<Measurement> measurement_from_details(const Config& config, std::string_view stored) {
  try {
    ordered_json json = ordered_json::parse(stored);
    if (json.contains("details")) {
      const ordered_json details = json.at("details");
      json = details.is_string() ? ordered_json::parse(details.get<std::string>()) : details;
    }
    if (json.at("checks").size() == config.checks.size()) {
      return measurement_from(config, json);
    }
  } catch (const std::exception&) {
    // Told below, in words that help.
  }
  return fail(Code::corrupt,
              "the stored result does not fit the checks; run the stage again with --force");
}

}  // namespace mlpipe::stages::data_check
