#include "stages/drift/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "runner/base/text.hpp"
#include "stages/shared/options.hpp"

namespace mlpipe::stages::drift {
namespace {

using spec::Diagnostics;
using spec::Node;
using spec::NodeKind;

std::optional<double> read_number(const Node& node, std::string_view key, double low, double high,
                                  Diagnostics& diagnostics) {
  if (node.kind == NodeKind::integer || node.kind == NodeKind::real) {
    const double value = std::strtod(node.text.c_str(), nullptr);
    if (value >= low && value <= high) {
      return value;
    }
  }
  diagnostics.error(node.mark, fmt::format("`{}` must be a number from {} to {}, not {}", key, low,
                                           high, shown(node)));
  return std::nullopt;
}

std::vector<std::string> read_names(const Node& node, std::string_view key,
                                    Diagnostics& diagnostics) {
  std::vector<std::string> names;
  const auto add = [&](const Node& item) {
    if (!item.is_scalar() || item.text.empty()) {
      diagnostics.error(item.mark, fmt::format("`{}` must be a name, or a list of names", key));
    } else {
      names.push_back(item.text);
    }
  };
  if (node.kind == NodeKind::list) {
    for (const Node& item : node.items) {
      add(item);
    }
  } else {
    add(node);
  }
  return names;
}

std::optional<Method> read_method(const Node& node, Diagnostics& diagnostics) {
  const MethodFacts* found = node.is_scalar() ? find_method(node.text) : nullptr;
  if (found == nullptr) {
    std::vector<std::string> names;
    for (const MethodFacts& one : methods()) {
      names.emplace_back(one.name);
    }
    const auto near = nearest(node.text, names);
    diagnostics.error(node.mark, fmt::format("{} is no method of comparing", shown(node)),
                      near ? fmt::format("did you mean `{}`?", *near) : "one of " + method_names());
    return std::nullopt;
  }
  return found->method;
}

// The keys method, threshold and calibrated of a map, or a method's name alone.
Choice read_choice(const Node& node, Diagnostics& diagnostics) {
  Choice choice;
  if (node.kind != NodeKind::map) {
    choice.method = read_method(node, diagnostics);
    return choice;
  }
  if (const Node* method = node.find("method")) {
    choice.method = read_method(*method, diagnostics);
  }
  constexpr double largest = 1e300;
  if (const Node* threshold = node.find("threshold")) {
    choice.threshold = read_number(*threshold, "threshold", 0, largest, diagnostics);
  }
  if (const Node* calibrated = node.find("calibrated")) {
    choice.calibrated = read_number(*calibrated, "calibrated", 0, 1, diagnostics);
  }
  return choice;
}

void complain(const Node& node, const Choice& choice, std::optional<ColumnType> type,
              Diagnostics& diagnostics) {
  if (const auto problem = problem_of(choice, type)) {
    diagnostics.error(node.mark, *problem);
  }
}

void read_methods(const Node& node, Config& config, Diagnostics& diagnostics) {
  if (node.kind != NodeKind::map) {
    diagnostics.error(node.mark, "`methods` must be a map from column types to methods",
                      "for example `methods: {num: ks, cat: {method: psi, threshold: 0.2}}`");
    return;
  }
  known_keys(node, {"num", "cat", "text"}, "methods", diagnostics);
  for (const auto& [key, choice] : {std::pair<const char*, Choice*>{"num", &config.num},
                                    {"cat", &config.cat},
                                    {"text", &config.text}}) {
    if (const Node* one = node.find(key)) {
      if (one->kind == NodeKind::map) {
        known_keys(*one, {"method", "threshold", "calibrated"}, "a method", diagnostics);
      }
      *choice = read_choice(*one, diagnostics);
      complain(*one, *choice, column_type(key), diagnostics);
    }
  }
}

void read_rules(const Node& node, Config& config, Diagnostics& diagnostics) {
  if (node.kind != NodeKind::map) {
    diagnostics.error(node.mark, "`overrides` must be a map from columns to how they are compared",
                      "for example `overrides: {age: {method: psi, threshold: 0.2}}`");
    return;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& item = node.items[i];
    ColumnRule rule{node.keys[i].text, std::nullopt, {}};
    if (item.kind == NodeKind::map) {
      known_keys(item, {"type", "method", "threshold", "calibrated"}, "an override", diagnostics);
      if (const Node* type = item.find("type")) {
        rule.type = type->is_scalar() ? column_type(type->text) : std::nullopt;
        if (!rule.type) {
          diagnostics.error(type->mark,
                            fmt::format("`type` must be num, cat or text, not {}", shown(*type)));
        }
      }
    }
    rule.choice = read_choice(item, diagnostics);
    complain(item, rule.choice, rule.type, diagnostics);
    config.rules.push_back(std::move(rule));
  }
}

void read_correction(const Node& node, Config& config, Diagnostics& diagnostics) {
  for (const Correction one :
       {Correction::none, Correction::holm, Correction::benjamini_hochberg}) {
    if (node.is_scalar() && node.text == name_of(one)) {
      config.correction = one;
      return;
    }
  }
  diagnostics.error(node.mark,
                    fmt::format("`correction` must be none, holm or bh, not {}", shown(node)));
}

void read_reports(const Node& node, Config& config, Diagnostics& diagnostics) {
  config.reports = read_names(node, "report", diagnostics);
  for (const std::string& path : config.reports) {
    const std::string_view end =
        std::string_view(path).substr(std::min(path.rfind('.'), path.size()));
    if (end != ".html" && end != ".md" && end != ".json") {
      diagnostics.error(node.mark, fmt::format("a report is an .html, .md or .json file, not `{}`",
                                               printable(path)));
    }
  }
}

void read_body(const Node& node, Config& config, Diagnostics& diagnostics) {
  if (const Node* preset = node.find("preset"); preset != nullptr && preset->text != "evidently") {
    diagnostics.error(preset->mark,
                      fmt::format("`preset` must be evidently, not {}", shown(*preset)),
                      "it is what is done where no method is named");
  }
  if (const Node* columns = node.find("columns")) {
    config.columns = read_names(*columns, "columns", diagnostics);
  }
  if (const Node* exclude = node.find("exclude")) {
    config.exclude = read_names(*exclude, "exclude", diagnostics);
  }
  if (const Node* methods = node.find("methods")) {
    read_methods(*methods, config, diagnostics);
  }
  if (const Node* rules = node.find("overrides")) {
    read_rules(*rules, config, diagnostics);
  }
  for (const auto& [key, place] :
       {std::pair<const char*, std::optional<std::string>*>{"target_column", &config.target},
        {"prediction_column", &config.prediction}}) {
    if (const Node* name = node.find(key)) {
      if (name->is_scalar() && !name->text.empty()) {
        *place = name->text;
      } else {
        diagnostics.error(name->mark, fmt::format("`{}` must be the name of one column", key));
      }
    }
  }
  if (const Node* share = node.find("share")) {
    config.share = read_number(*share, "share", 0, 1, diagnostics).value_or(config.share);
  }
  if (const Node* correction = node.find("correction")) {
    read_correction(*correction, config, diagnostics);
  }
}

}  // namespace

std::string_view name_of(Correction correction) {
  return correction == Correction::none ? "none" : correction == Correction::holm ? "holm" : "bh";
}

std::string_view name_of(Role role) {
  return role == Role::feature ? "feature" : role == Role::target ? "target" : "prediction";
}

const ColumnRule* Config::rule_of(std::string_view column) const {
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const ColumnRule& rule) { return rule.column == column; });
  return found == rules.end() ? nullptr : &*found;
}

const Choice& Config::choice_of(ColumnType type) const {
  return type == ColumnType::num ? num : type == ColumnType::cat ? cat : text;
}

std::optional<std::string> problem_of(const Choice& choice, std::optional<ColumnType> type) {
  if (choice.method && type && !applies(facts(*choice.method), *type)) {
    return fmt::format("`{}` compares columns of type {}, not {}", facts(*choice.method).name,
                       facts(*choice.method).types, name_of(*type));
  }
  if (choice.calibrated) {
    if (choice.method != Method::psi && choice.method != Method::deepchecks_psi) {
      return "`calibrated` sets the threshold of `psi`; name that method beside it";
    }
    if (choice.threshold) {
      return "`calibrated` works the threshold out; leave `threshold` away";
    }
  }
  return std::nullopt;
}

Config read_config(const Node& node, spec::Mark where, Diagnostics& diagnostics) {
  Config config;
  known_keys(node,
             {"reference", "current", "format", "csv", "preset", "columns", "exclude", "methods",
              "overrides", "target_column", "prediction_column", "share", "correction", "report"},
             "drift", diagnostics);
  for (const auto& [key, source] :
       {std::pair<const char*, table::Source*>{"reference", &config.reference},
        {"current", &config.current}}) {
    if (const Node* table = node.find(key)) {
      source->tables = table::read_tables(*table, diagnostics);
    } else {
      diagnostics.error(where, fmt::format("a drift stage needs `{}`", key),
                        "for example `reference: build/train.csv`, `current: build/today.csv`");
    }
    if (const Node* format = node.find("format")) {
      source->format = table::read_format(*format, diagnostics);
    }
    if (const Node* csv = node.find("csv")) {
      source->csv = table::read_csv_options(*csv, diagnostics);
    }
  }
  read_body(node, config, diagnostics);
  if (const Node* report = node.find("report")) {
    read_reports(*report, config, diagnostics);
  }
  return config;
}

Config read_drift_file(const Node& node, Diagnostics& diagnostics) {
  Config config;
  if (node.kind != NodeKind::map) {
    diagnostics.error(node.mark, "a file for drift holds a map of the keys of a drift stage");
    return config;
  }
  known_keys(node,
             {"format", "csv", "preset", "columns", "exclude", "methods", "overrides",
              "target_column", "prediction_column", "share", "correction"},
             "a file for drift", diagnostics);
  for (table::Source* source : {&config.reference, &config.current}) {
    if (const Node* format = node.find("format")) {
      source->format = table::read_format(*format, diagnostics);
    }
    if (const Node* csv = node.find("csv")) {
      source->csv = table::read_csv_options(*csv, diagnostics);
    }
  }
  read_body(node, config, diagnostics);
  return config;
}

}  // namespace mlpipe::stages::drift
