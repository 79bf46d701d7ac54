#include "stages/regression/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "runner/plan/metrics.hpp"
#include "stages/regression/evidence_settings.hpp"
#include "stages/shared/config.hpp"

namespace mlpipe::stages::regression {
namespace {

using Json = nlohmann::json;
using spec::Node;

constexpr const char* limit_names[] = {"max_drop", "max_drop_relative", "min", "max"};

const Node* at(const Node& map, std::string_view outer, std::string_view inner) {
  const Node* node = map.find(outer);
  return node == nullptr ? nullptr : node->find(inner);
}

std::optional<double> number_at(const Node& map, std::string_view key) {
  const Node* node = map.find(key);
  return node == nullptr ? std::nullopt : plan::number_of(*node);
}

void check_limits(const Node& gate, spec::Diagnostics& diagnostics) {
  bool limited = false;
  for (const char* name : limit_names) {
    const Node* node = gate.find(name);
    if (node == nullptr) {
      continue;
    }
    limited = true;
    const auto value = plan::number_of(*node);
    if (value && !std::isfinite(*value)) {
      diagnostics.error(node->mark, fmt::format("`{}` must be a finite number", name));
    }
  }
  if (!limited) {
    diagnostics.error(
        gate.mark, "this gate judges nothing",
        "add max_drop, max_drop_relative, min or max; `max_drop: 0` means never worse");
  }
  const auto min = number_at(gate, "min");
  const auto max = number_at(gate, "max");
  if (min && max && *min > *max) {
    diagnostics.error(gate.find("min")->mark,
                      fmt::format("`min` is above `max`: no value of {} can pass",
                                  text_at(gate, "metric").value_or("the metric")));
  }
  const auto share = number_at(gate, "max_drop_relative");
  if (share && *share > 1) {
    diagnostics.warning(gate.find("max_drop_relative")->mark,
                        fmt::format("`max_drop_relative` is a share: {} allows a loss of {} %",
                                    *share, *share * 100));
  }
}

void check_gates(const Node& config, spec::Diagnostics& diagnostics) {
  const Node* gates = config.find("gates");
  if (gates == nullptr || gates->kind != spec::NodeKind::list) {
    return;  // the schema says so
  }
  bool compares_files = false;
  for (std::size_t i = 0; i < gates->items.size(); ++i) {
    const Node& gate = gates->items[i];
    if (gate.kind != spec::NodeKind::map) {
      continue;
    }
    if (!judges_predictions(gate)) {
      check_limits(gate, diagnostics);
      compares_files = true;
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (gates->items[j].same(gate)) {
        diagnostics.error(gate.mark, fmt::format("this gate is the same as the one in line {}",
                                                 gates->items[j].mark.line));
      }
    }
    const bool compares =
        gate.find("max_drop") != nullptr || gate.find("max_drop_relative") != nullptr;
    if (compares && config.find("baseline") == nullptr) {
      diagnostics.error(gate.mark, "a drop is measured against a baseline, and none is given",
                        "add baseline: {blessed: main}, or judge with min and max only");
    }
  }
  if (compares_files && at(config, "candidate", "metrics") == nullptr) {
    diagnostics.error(gates->mark, "a gate compares metrics files, and the candidate names none",
                      "add candidate: {metrics: FILE}; a gate with a `margin` judges predictions");
  }
}

void check_baseline(const Node& config, spec::Diagnostics& diagnostics) {
  const Node* baseline = config.find("baseline");
  if (baseline == nullptr) {
    return;
  }
  const std::vector<std::string> paths = texts_of(at(config, "baseline", "path"));
  const std::vector<std::string> candidate = texts_of(at(config, "candidate", "metrics"));
  for (const std::string& path : paths) {
    if (std::find(candidate.begin(), candidate.end(), path) != candidate.end()) {
      diagnostics.error(
          baseline->mark,
          fmt::format("{} is the candidate itself: it would be compared with itself", path),
          "name the file of an earlier result, or use {blessed: main}");
    }
  }
}

Gate gate_of(const Node& node) {
  Gate gate;
  gate.metric = text_at(node, "metric").value_or("");
  const Node* higher = node.find("higher_is_better");
  gate.direction = higher != nullptr && higher->text == "false" ? Direction::lower_is_better
                                                                : Direction::higher_is_better;
  gate.max_drop = number_at(node, "max_drop");
  gate.max_drop_relative = number_at(node, "max_drop_relative");
  gate.min = number_at(node, "min");
  gate.max = number_at(node, "max");
  gate.severity = text_at(node, "severity") == "warning" ? plan::Finding::Level::warning
                                                         : plan::Finding::Level::error;
  return gate;
}

OnMissing on_missing_of(const std::string& text) {
  return text == "pass" ? OnMissing::pass : text == "fail" ? OnMissing::fail : OnMissing::warn;
}

std::string_view name_of(OnMissing value) {
  return value == OnMissing::pass ? "pass" : value == OnMissing::fail ? "fail" : "warn";
}

Gate gate_from_json(const Json& json) {
  Gate gate;
  const auto limit = [&](const char* name) {
    return json.contains(name) ? std::optional(json.at(name).get<double>()) : std::nullopt;
  };
  gate.metric = json.at("metric").get<std::string>();
  gate.direction = json.at("higher_is_better").get<bool>() ? Direction::higher_is_better
                                                           : Direction::lower_is_better;
  gate.max_drop = limit("max_drop");
  gate.max_drop_relative = limit("max_drop_relative");
  gate.min = limit("min");
  gate.max = limit("max");
  gate.severity = json.at("severity") == "warning" ? plan::Finding::Level::warning
                                                   : plan::Finding::Level::error;
  return gate;
}

}  // namespace

void check(const spec::Stage& stage, spec::Diagnostics& diagnostics) {
  const Node* metrics = at(stage.config, "candidate", "metrics");
  if (metrics != nullptr && metrics->kind == spec::NodeKind::list && metrics->items.empty()) {
    diagnostics.error(metrics->mark, "the candidate has no metrics file to compare",
                      "let the stage it comes from declare `metrics: [FILE]`");
  }
  check_gates(stage.config, diagnostics);
  check_baseline(stage.config, diagnostics);
  check_evidence(stage, diagnostics);
}

Settings settings_of(const Node& config) {
  Settings settings;
  settings.candidate = texts_of(at(config, "candidate", "metrics"));
  settings.on_missing = on_missing_of(text_at(config, "on_missing").value_or("warn"));
  if (const Node* gates = config.find("gates")) {
    for (const Node& gate : gates->items) {
      if (!judges_predictions(gate)) {
        settings.gates.push_back(gate_of(gate));
      }
    }
  }
  if (config.find("evidence") != nullptr) {
    settings.evidence = spec::canonical_json(config);
  }
  return settings;
}

std::optional<plan::BaselineRef> baseline_of(const Node& config) {
  using Source = plan::BaselineRef::Source;
  const Node* baseline = config.find("baseline");
  if (baseline == nullptr || baseline->kind != spec::NodeKind::map || baseline->items.size() != 1) {
    return std::nullopt;
  }
  const std::string& key = baseline->keys.front().text;
  const std::vector<std::string> values = texts_of(&baseline->items.front());
  if (values.empty() || values.front().empty()) {
    return std::nullopt;
  }
  if (key == "run") {
    return values.front() == "last_passed"
               ? std::optional(plan::BaselineRef{Source::last_passed_run, ""})
               : std::nullopt;
  }
  for (const auto& [name, source] :
       {std::pair{"git", Source::git}, std::pair{"path", Source::path},
        std::pair{"blessed", Source::blessed}, std::pair{"deployed", Source::deployed}}) {
    if (key == name) {
      return plan::BaselineRef{source, values.front(),
                               source == Source::path ? values : std::vector<std::string>{}};
    }
  }
  return std::nullopt;
}

std::string to_json(const Settings& settings) {
  Json json{{"candidate", settings.candidate},
            {"on_missing", name_of(settings.on_missing)},
            {"gates", Json::array()}};
  for (const Gate& gate : settings.gates) {
    Json item{{"metric", gate.metric},
              {"higher_is_better", gate.direction == Direction::higher_is_better},
              {"severity", gate.severity == plan::Finding::Level::warning ? "warning" : "error"}};
    const std::optional<double>* limits[] = {&gate.max_drop, &gate.max_drop_relative, &gate.min,
                                             &gate.max};
    for (std::size_t i = 0; i < std::size(limits); ++i) {
      if (*limits[i]) {
        item[limit_names[i]] = **limits[i];
      }
    }
    json["gates"].push_back(std::move(item));
  }
  if (!settings.evidence.empty()) {
    json["predictions"] = Json::parse(settings.evidence);
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Settings> settings_from_json(const std::string& text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  try {
    Settings settings;
    settings.candidate = json.at("candidate").get<std::vector<std::string>>();
    settings.on_missing = on_missing_of(json.at("on_missing").get<std::string>());
    for (const Json& gate : json.at("gates")) {
      settings.gates.push_back(gate_from_json(gate));
    }
    settings.evidence =
        json.contains("predictions") ? json.at("predictions").dump() : std::string();
    return settings;
  } catch (const Json::exception& error) {
    return fail(Code::internal,
                fmt::format("configuration of a regression step: {}", error.what()));
  }
}

}  // namespace mlpipe::stages::regression
