#include "stages/data_check/suite_report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "stages/data_check/expectation_judge.hpp"

namespace mlpipe::stages::data_check {
namespace {

using nlohmann::ordered_json;

ordered_json parsed(const std::string& text) {
  ordered_json value = ordered_json::parse(text, nullptr, false);
  return value.is_discarded() ? ordered_json(text) : value;
}

ordered_json number_json(const port::Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    return *whole;
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return std::isfinite(*real) ? ordered_json(*real) : ordered_json(nullptr);
  }
  if (const auto* text = std::get_if<std::string>(&cell)) {
    // A time, as pandas writes it.
    std::string iso = *text;
    if (iso.size() >= 19 && iso[10] == ' ') {
      iso[10] = 'T';
    }
    return iso;
  }
  return nullptr;
}

ordered_json percent(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? ordered_json(nullptr)
                    : ordered_json(100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

void add_row_fields(ordered_json& json, const Measured& measured, std::int64_t elements) {
  json["unexpected_count"] = measured.violations;
  json["unexpected_percent"] = percent(measured.violations, measured.considered);
  json["unexpected_percent_total"] = percent(measured.violations, elements);
  ordered_json list = ordered_json::array();
  for (const auto& sample : json.at("sample")) {
    list.push_back(sample.at("value"));
  }
  json["unexpected_list"] = std::move(list);
}

}  // namespace

void add_suite_fields(ordered_json& json, const Check& check, const Measured& measured,
                      const CheckVerdict& verdict) {
  const auto& asked = std::get<Expectation>(check.rule).expected;
  json["check"] = check.origin->type;
  for (auto& sample : json["sample"]) {
    if (sample.at("value").is_string()) {
      sample["value"] = parsed(sample.at("value").get<std::string>());
    }
  }
  const bool error = verdict.status == CheckStatus::error;
  json["success"] =
      error ? ordered_json(nullptr) : ordered_json(verdict.status == CheckStatus::pass);
  const bool rows = counts_rows(asked);
  const bool null = std::holds_alternative<expect::Null>(asked);
  const std::int64_t elements = measured.considered + (null ? 0 : measured.missing);
  json["element_count"] = elements;
  if (rows && !error) {
    add_row_fields(json, measured, elements);
  } else if (!error) {
    json["observed_value"] =
        measured.observed.empty() ? number_json(measured.number) : parsed(measured.observed);
    json["measured"] = json["observed_value"];
    if (!std::holds_alternative<expect::NoRows>(asked)) {
      json["violations"] = verdict.status == CheckStatus::pass ? 0 : measured.violations;
    }
  }
  if (!measured.details.empty()) {
    json["details"] = parsed(measured.details);
  }
  if (!check.origin->id.empty()) {
    json["id"] = check.origin->id;
  }
  json["place"] = check.origin->place;
}

void read_suite_fields(const ordered_json& json, Measured& measured) {
  const ordered_json observed = json.value("observed_value", ordered_json());
  // Of an expectation on rows, `measured` is the share; of the others the observed number.
  if (observed.is_array() || observed.is_object()) {
    measured.observed = observed.dump();
  }
  measured.details = json.contains("details") ? json.at("details").dump() : "";
  for (std::size_t i = 0; i < measured.sample.size(); ++i) {
    measured.sample[i].value = json.at("sample").at(i).at("value").dump();
  }
}

}  // namespace mlpipe::stages::data_check
