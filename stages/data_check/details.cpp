#include "stages/data_check/details.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "runner/base/text.hpp"
#include "stages/data_check/metric.hpp"
#include "stages/data_check/suite_report.hpp"

namespace mlpipe::stages::data_check {
namespace {

using nlohmann::ordered_json;

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

// "inf" and "nan" are numbers where a number is meant.
port::Cell to_number(const ordered_json& value) {
  if (value.is_string()) {
    const std::string text = value.get<std::string>();
    const double infinite = std::numeric_limits<double>::infinity();
    if (text == "inf" || text == "-inf") {
      return text == "inf" ? infinite : -infinite;
    }
    if (text == "nan" || text == "-nan") {
      return std::nan("");
    }
  }
  return to_cell(value);
}

// The share of considered rows that hold, or the number that the rule is about.
ordered_json measured_number(const Check& check, const Measured& measured) {
  const Rule& rule = check.rule;
  if (std::holds_alternative<RowCount>(rule) || std::holds_alternative<RowCountChange>(rule)) {
    return measured.considered;
  }
  if (std::holds_alternative<ColumnSet>(rule)) {
    return measured.violations;
  }
  if (std::holds_alternative<Freshness>(rule)) {
    return measured.latest_ms ? ordered_json(*measured.latest_ms) : ordered_json(nullptr);
  }
  if (!counts_rows(rule)) {
    return to_json(measured.number);
  }
  return measured.considered == 0
             ? ordered_json(nullptr)
             : ordered_json(static_cast<double>(measured.considered - measured.violations) /
                            static_cast<double>(measured.considered));
}

ordered_json metric_json(const Check& check, const Measured& measured) {
  const auto metric = metric_of(check, measured);
  const double kept = metric ? metric->kept() : std::nan("");
  return std::isfinite(kept) ? ordered_json(kept) : ordered_json(nullptr);
}

void put_numbers(const Check& check, const Measured& measured, ordered_json& json) {
  const bool usable = measured.error.empty();
  json["measured"] = usable ? measured_number(check, measured) : ordered_json(nullptr);
  json["metric"] = usable ? metric_json(check, measured) : ordered_json(nullptr);
  json["considered"] = measured.considered;
  json["missing"] = measured.missing;
  json["violations"] = measured.violations;
  json["sample"] = ordered_json::array();
  for (const SampleRow& sample : measured.sample) {
    json["sample"].push_back(
        {{"row", sample.row ? ordered_json(*sample.row) : ordered_json(nullptr)},
         {"value", to_json(sample.value)}});
  }
}

void put_more(const Measured& measured, ordered_json& json) {
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
  for (const ValueCount& value : measured.values) {
    json["values"].push_back({{"value", to_json(value.value)}, {"rows", value.rows}});
  }
  for (const port::Cell& number : measured.numbers) {
    json["numbers"].push_back(to_json(number));
  }
  if (!measured.error.empty()) {
    json["error"] = measured.error;
  }
}

Measured measured_from(const ordered_json& json) {
  Measured measured;
  measured.error = json.value("error", "");
  measured.considered = json.value("considered", std::int64_t{0});
  measured.missing = json.value("missing", std::int64_t{0});
  measured.violations = json.value("violations", std::int64_t{0});
  measured.number = to_number(json.value("measured", ordered_json()));
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
  for (const auto& value : json.value("values", ordered_json::array())) {
    measured.values.push_back({to_cell(value.at("value")), value.at("rows").get<std::int64_t>()});
  }
  for (const auto& number : json.value("numbers", ordered_json::array())) {
    measured.numbers.push_back(to_number(number));
  }
  for (const auto& segment : json.value("segments", ordered_json::array())) {
    measured.segments.push_back({segment.at("segment").get<std::string>(), measured_from(segment)});
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

ordered_json check_json(const Check& check, const Measured& measured, const Judged& judged) {
  ordered_json json;
  json["name"] = check.name;
  json["check"] = rule_name(check.rule);
  std::string columns;
  for (const std::string& column : check.columns) {
    columns += (columns.empty() ? "" : ", ") + column;
  }
  json["column"] = check.columns.empty() ? ordered_json(nullptr) : ordered_json(columns);
  json["status"] = status_name(judged.verdict.status);
  json["severity"] = check.severity == Severity::warning ? "warning" : "error";
  if (!check.owner.empty()) {
    json["owner"] = check.owner;
  }
  put_numbers(check, measured, json);
  json["message"] = judged.verdict.message;
  put_more(measured, json);
  for (std::size_t i = 0; i < measured.segments.size() && i < judged.segments.size(); ++i) {
    const Segment& segment = measured.segments[i];
    const CheckVerdict& own = judged.segments[i];
    ordered_json one{{"segment", segment.name}, {"status", status_name(own.status)}};
    put_numbers(check, segment.measured, one);
    one["message"] = own.message;
    put_more(segment.measured, one);
    json["segments"].push_back(std::move(one));
  }
  if (check.origin) {
    add_suite_fields(json, check, measured, judged.verdict);
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

// Of checks that later runs may ask for.
void put_history(const Config& config, const History& history, ordered_json& details) {
  for (const Check& check : config.checks) {
    if (const auto* values = history.of(check.name)) {
      details["history"][check.name] = *values;
    }
  }
}

std::string dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

std::string details_json(const Config& config, const Measurement& measurement,
                         const std::vector<Judged>& judged, std::string_view status,
                         const History& history) {
  ordered_json details{{"version", 1}, {"status", status}, {"rows", measurement.rows}};
  details["columns"] = ordered_json::array();
  for (const TableColumn& column : measurement.columns) {
    details["columns"].push_back({{"name", column.name}, {"type", column.type}});
  }
  if (measurement.malformed.lines > 0) {
    details["malformed"] = malformed_json(measurement.malformed);
  }
  details["checks"] = ordered_json::array();
  for (std::size_t i = 0; i < config.checks.size(); ++i) {
    details["checks"].push_back(check_json(config.checks[i], measurement.checks[i], judged[i]));
  }
  put_history(config, history, details);
  return dump(details);
}

std::string unreadable_json(const Config& config, const std::string& why) {
  ordered_json details{{"version", 1}, {"status", "error"}, {"rows", nullptr}, {"error", why}};
  details["checks"] = ordered_json::array();
  Measured none;
  none.error = why;
  for (const Check& check : config.checks) {
    details["checks"].push_back(check_json(check, none, {{CheckStatus::error, why}, {}}));
  }
  return dump(details);
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
