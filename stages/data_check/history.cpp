#include "stages/data_check/history.hpp"

#include <nlohmann/json.hpp>

namespace mlpipe::stages::data_check {
namespace {

using nlohmann::json;

// A result, or its details; null where the text is neither.
json details_of(const std::string& text) {
  json value = json::parse(text, nullptr, false);
  if (value.is_object() && value.contains("details")) {
    const json details = value["details"];
    value = details.is_string() ? json::parse(details.get<std::string>(), nullptr, false) : details;
  }
  return value.is_object() ? value : json(nullptr);
}

void take_history(const json& details, History& history) {
  const auto stored = details.find("history");
  if (stored == details.end() || !stored->is_object()) {
    return;
  }
  for (const auto& [name, values] : stored->items()) {
    for (const json& value : values) {
      if (value.is_number()) {
        history.metrics[name].push_back(value.get<double>());
      }
    }
  }
}

}  // namespace

const std::vector<double>* History::of(const std::string& check) const {
  const auto found = metrics.find(check);
  return found == metrics.end() || found->second.empty() ? nullptr : &found->second;
}

History history_before(const std::string& details) {
  History history;
  const json value = details_of(details);
  if (value.is_object()) {
    take_history(value, history);
  }
  return history;
}

History history_after(const std::string& details) {
  History history;
  const json value = details_of(details);
  if (!value.is_object()) {
    return history;
  }
  take_history(value, history);
  const auto checks = value.find("checks");
  if (checks == value.end() || !checks->is_array()) {
    return history;
  }
  for (const json& check : *checks) {
    const auto name = check.find("name");
    const auto metric = check.find("metric");
    if (name != check.end() && name->is_string() && metric != check.end() && metric->is_number()) {
      std::vector<double>& values = history.metrics[name->get<std::string>()];
      values.push_back(metric->get<double>());
      if (values.size() > longest_history) {
        values.erase(values.begin());
      }
    }
  }
  return history;
}

bool same_measurement(const std::string& one, const std::string& other) {
  const json left = details_of(one);
  const json right = details_of(other);
  return left.is_object() && left == right;
}

}  // namespace mlpipe::stages::data_check
