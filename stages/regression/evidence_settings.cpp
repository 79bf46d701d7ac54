#include "stages/regression/evidence_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runner/plan/metrics.hpp"
#include "stages/data_check/sql_text.hpp"
#include "stages/shared/config.hpp"

namespace mlpipe::stages::regression {
namespace {

using spec::Node;

double number_at(const Node& map, std::string_view key, double otherwise) {
  const Node* node = map.find(key);
  return node == nullptr ? otherwise : plan::number_of(*node).value_or(otherwise);
}

std::optional<double> optional_number(const Node& map, std::string_view key) {
  const Node* node = map.find(key);
  return node == nullptr ? std::nullopt : plan::number_of(*node);
}

std::string scalar_at(const Node& map, std::string_view key) {
  const Node* node = map.find(key);
  return node == nullptr ? std::string() : node->text;
}

std::vector<std::string> predictions_at(const Node& config, std::string_view side) {
  const Node* node = config.find(side);
  return node == nullptr ? std::vector<std::string>() : texts_of(node->find("predictions"));
}

Columns columns_of(const Node& evidence) {
  Columns columns;
  columns.label = scalar_at(evidence, "label");
  columns.prediction = scalar_at(evidence, "prediction");
  columns.key = scalar_at(evidence, "key");
  columns.group = scalar_at(evidence, "group");
  columns.positive = scalar_at(evidence, "positive");
  columns.threshold = number_at(evidence, "threshold", columns.threshold);
  if (const Node* score = evidence.find("score")) {
    if (score->kind != spec::NodeKind::map) {
      columns.scores = {score->text};
    }
    for (std::size_t i = 0; score->kind == spec::NodeKind::map && i < score->items.size(); ++i) {
      columns.scores.push_back(score->keys[i].text + "=" + score->items[i].text);
    }
  }
  return columns;
}

SliceBy slice_of(const Node& node) {
  if (node.kind != spec::NodeKind::map) {
    return {node.text, node.text, {}, {}};
  }
  SliceBy slice{scalar_at(node, "name"), scalar_at(node, "column"), {}, scalar_at(node, "sql")};
  if (const Node* bins = node.find("bins")) {
    for (const Node& edge : bins->items) {
      slice.edges.push_back(plan::number_of(edge).value_or(0));
    }
  }
  if (slice.name.empty()) {
    slice.name = slice.column.empty() ? slice.sql : slice.column;
  }
  return slice;
}

std::optional<Asked> asked_of(const Node& gate) {
  const auto metric = metric_named(scalar_at(gate, "metric"));
  if (!metric) {
    return std::nullopt;
  }
  Asked asked;
  asked.metric = *metric;
  asked.test = test_named(text_at(gate, "test").value_or("auto")).value_or(Test::automatic);
  asked.margin = number_at(gate, "margin", 0);
  asked.min = optional_number(gate, "min");
  asked.max = optional_number(gate, "max");
  asked.by = scalar_at(gate, "by");
  asked.severity = text_at(gate, "severity") == "warning" ? plan::Finding::Level::warning
                                                          : plan::Finding::Level::error;
  return asked;
}

void check_slice(const Node& node, spec::Diagnostics& diagnostics) {
  if (node.kind != spec::NodeKind::map) {
    return;
  }
  const SliceBy slice = slice_of(node);
  if (slice.column.empty() == slice.sql.empty()) {
    diagnostics.error(node.mark,
                      "a slice is told by a `column` or by an `sql` condition, by one of "
                      "them");
    return;
  }
  if (!slice.edges.empty() && slice.column.empty()) {
    diagnostics.error(node.mark, "`bins` cut the numbers of a `column`");
  }
  if (std::adjacent_find(slice.edges.begin(), slice.edges.end(), std::greater_equal<>()) !=
      slice.edges.end()) {
    diagnostics.error(node.find("bins")->mark, "the edges of `bins` must ascend");
  }
  const auto facts = data_check::sql_facts(slice.sql);
  if (!slice.sql.empty() && (facts.empty || facts.several || facts.unterminated)) {
    diagnostics.error(node.find("sql")->mark, "`sql` is one condition, such as `age > 65`");
  }
}

void check_gate(const Node& gate, spec::Diagnostics& diagnostics) {
  const Node* name = gate.find("metric");
  const auto metric = metric_named(name == nullptr ? std::string() : name->text);
  if (!metric) {
    diagnostics.error(name == nullptr ? gate.mark : name->mark, metric.error().message,
                      "a gate with margin, test or by computes its metric from predictions");
    return;
  }
  for (const char* key : {"max_drop", "max_drop_relative", "higher_is_better"}) {
    if (const Node* node = gate.find(key)) {
      diagnostics.error(node->mark,
                        fmt::format("`{}` is for metrics files; this gate judges "
                                    "predictions",
                                    key),
                        "`margin` says how much worse does not matter; the metric knows which way "
                        "is better");
    }
  }
  const bool fairness = metric->family == Family::fairness;
  if (fairness != (gate.find("by") != nullptr)) {
    diagnostics.error(gate.mark, fairness ? "`by` is missing: between which groups?"
                                          : "`by` is for fairness metrics; see `slices`");
  }
}

void check_share(const Node& evidence, const char* key, spec::Diagnostics& diagnostics) {
  const auto value = optional_number(evidence, key);
  if (value && !(*value > 0 && *value < 1)) {
    diagnostics.error(evidence.find(key)->mark, fmt::format("`{}` lies between 0 and 1", key));
  }
}

void check_block(const Node& config, const Node& evidence, spec::Diagnostics& diagnostics) {
  for (const char* side : {"candidate", "baseline"}) {
    if (predictions_at(config, side).empty()) {
      diagnostics.error(
          evidence.mark,
          fmt::format("evidence is taken from predictions, and the {} names none", side),
          fmt::format("add {}: {{predictions: FILE}}", side));
    }
  }
  check_share(evidence, "alpha", diagnostics);
  check_share(evidence, "power", diagnostics);
  if (const Node* slices = evidence.find("slices")) {
    for (const Node& slice : slices->items) {
      check_slice(slice, diagnostics);
    }
  }
}

}  // namespace

bool judges_predictions(const Node& gate) {
  return gate.find("margin") != nullptr || gate.find("test") != nullptr ||
         gate.find("by") != nullptr;
}

void check_evidence(const spec::Stage& stage, spec::Diagnostics& diagnostics) {
  const Node* evidence = stage.config.find("evidence");
  const Node* gates = stage.config.find("gates");
  if (evidence != nullptr && evidence->kind == spec::NodeKind::map) {
    check_block(stage.config, *evidence, diagnostics);
  }
  bool judged = false;
  for (std::size_t i = 0; gates != nullptr && i < gates->items.size(); ++i) {
    const Node& gate = gates->items[i];
    if (!judges_predictions(gate)) {
      continue;
    }
    judged = true;
    check_gate(gate, diagnostics);
    if (evidence == nullptr) {
      diagnostics.error(gate.mark, "this gate judges predictions, and the stage has no `evidence`",
                        "add evidence: {label: COLUMN}, and the predictions of both sides");
    }
  }
  if (evidence != nullptr && !judged) {
    diagnostics.error(evidence->mark, "no gate uses this evidence",
                      "give a gate a `margin`: how much worse does not matter");
  }
}

std::optional<Evidence> evidence_of(const Node& config) {
  const Node* node = config.find("evidence");
  if (node == nullptr) {
    return std::nullopt;
  }
  Evidence evidence;
  evidence.columns = columns_of(*node);
  if (const Node* slices = node->find("slices")) {
    for (const Node& slice : slices->items) {
      evidence.slices.push_back(slice_of(slice));
    }
  }
  if (const auto rows = optional_number(*node, "min_rows")) {
    evidence.min_rows = static_cast<std::uint64_t>(*rows);
  }
  evidence.alpha = number_at(*node, "alpha", evidence.alpha);
  evidence.power = number_at(*node, "power", evidence.power);
  evidence.draws = static_cast<std::uint32_t>(number_at(*node, "draws", evidence.draws));
  evidence.seed = static_cast<std::uint64_t>(number_at(*node, "seed", 0));
  const std::string then = scalar_at(*node, "on_inconclusive");
  evidence.on_inconclusive = then == "pass"   ? OnInconclusive::pass
                             : then == "fail" ? OnInconclusive::fail
                                              : OnInconclusive::warn;
  evidence.correction =
      scalar_at(*node, "correction") == "none" ? Correction::none : Correction::holm;
  if (const Node* gates = config.find("gates")) {
    for (const Node& gate : gates->items) {
      const auto asked = judges_predictions(gate) ? asked_of(gate) : std::nullopt;
      if (asked) {
        evidence.metrics.push_back(*asked);
      }
    }
  }
  return evidence;
}

GateFiles gate_files_of(const Node& config) {
  return {predictions_at(config, "baseline"), predictions_at(config, "candidate")};
}

bool reads_clock(const Evidence& evidence) {
  return std::any_of(evidence.slices.begin(), evidence.slices.end(), [](const SliceBy& slice) {
    return data_check::sql_facts(slice.sql).clock_word.has_value();
  });
}

}  // namespace mlpipe::stages::regression
