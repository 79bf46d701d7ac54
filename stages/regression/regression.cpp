#include "stages/regression/regression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "runner/base/text.hpp"
#include "runner/plan/json_depth.hpp"
#include "stages/data_check/json_node.hpp"
#include "stages/regression/evidence_settings.hpp"
#include "stages/regression/evidence_step.hpp"
#include "stages/regression/gates.hpp"
#include "stages/regression/settings.hpp"
#include "stages/shared/metrics_step.hpp"

namespace mlpipe::stages::regression {
namespace {

using Json = nlohmann::json;
using plan::Finding;
using plan::Outcome;

Result<plan::Lowered> lower(const spec::Stage& stage) {
  const Settings settings = settings_of(stage.config);
  plan::Lowered lowered;
  lowered.config = to_json(settings);
  lowered.native = plan::Native::after_command;
  lowered.baseline = baseline_of(stage.config);
  lowered.candidate = settings.candidate;
  if (const auto evidence = evidence_of(stage.config)) {
    lowered.always_run = !stage.max_age && reads_clock(*evidence);
  }
  return lowered;
}

Result<std::vector<plan::Metric>> metrics_in(const Json& map) {
  std::vector<plan::Metric> metrics;
  for (const auto& [name, value] : map.items()) {  // sorted: nlohmann keeps keys in order
    if (!value.is_number()) {
      return fail(Code::corrupt, fmt::format("baseline: metric {} is no number", printable(name)));
    }
    metrics.push_back({name, value.get<double>()});
  }
  return metrics;
}

// {"source","id","metrics"} and, where they are known, "name" for people and "since_blessing"
// {"id","metrics"}.
Result<Baseline> read_baseline(const std::string& text) {
  const Json json = plan::nests_within(text)
                        ? Json::parse(text, nullptr, /*allow_exceptions=*/false)
                        : Json(Json::value_t::discarded);
  try {
    Baseline baseline;
    baseline.source = json.at("source").get<std::string>();
    baseline.id = json.at("id").get<std::string>();
    baseline.name = json.value("name", baseline.id);
    TRY(baseline.metrics, metrics_in(json.at("metrics")));
    if (json.contains("since_blessing")) {
      const Json& blessing = json.at("since_blessing");
      baseline.blessing_id = blessing.at("id").get<std::string>();
      TRY(baseline.since_blessing, metrics_in(blessing.at("metrics")));
    }
    return baseline;
  } catch (const Json::exception& error) {
    return fail(Code::corrupt, fmt::format("the baseline cannot be read: {}", error.what()));
  }
}

std::string_view name_of(GateStatus status) {
  constexpr std::string_view names[] = {"passed", "warned", "failed", "errored", "skipped"};
  return names[static_cast<std::size_t>(status)];
}

Json gate_json(const GateResult& result) {
  Json json{{"metric", result.gate->metric},
            {"candidate", nullptr},
            {"baseline", nullptr},
            {"change", nullptr},
            {"limit", limits_text(*result.gate)},
            {"status", name_of(result.status)},
            {"message", result.message}};
  if (result.candidate) {
    json["candidate"] = result.candidate->mean;
    json["spread"] = {{"files", result.candidate->files},
                      {"min", result.candidate->min},
                      {"max", result.candidate->max},
                      {"deviation", result.candidate->deviation}};
  }
  if (result.baseline) {
    json["baseline"] = *result.baseline;
    json["change"] = result.candidate->mean - *result.baseline;
  }
  if (result.since_blessing) {
    json["since_blessing"] = *result.since_blessing;
  }
  return json;
}

void add_finding(const GateResult& gate, plan::StepResult& result) {
  if (gate.status == GateStatus::passed) {
    return;
  }
  const auto level = gate.status == GateStatus::skipped  ? Finding::Level::note
                     : gate.status == GateStatus::warned ? Finding::Level::warning
                                                         : Finding::Level::error;
  result.findings.push_back({level, gate.gate->metric, gate.message, "", 0});
}

Outcome outcome_of(std::span<const GateResult> gates) {
  const auto any = [&](GateStatus status) {
    return std::any_of(gates.begin(), gates.end(),
                       [status](const GateResult& gate) { return gate.status == status; });
  };
  return any(GateStatus::errored)  ? Outcome::errored
         : any(GateStatus::failed) ? Outcome::failed
         : any(GateStatus::warned) ? Outcome::warned
                                   : Outcome::passed;
}

// The worst gate speaks for the stage: "1 of 2 gates failed: accuracy fell from ...".
std::string summary_of(std::span<const GateResult> gates) {
  for (const auto& [status, word] :
       {std::pair{GateStatus::errored, "could not be judged"},
        std::pair{GateStatus::failed, "failed"}, std::pair{GateStatus::warned, "warned"}}) {
    const auto is = [s = status](const GateResult& gate) { return gate.status == s; };
    const auto first = std::find_if(gates.begin(), gates.end(), is);
    if (first != gates.end()) {
      return fmt::format("{} of {} gate{} {}: {}", std::count_if(gates.begin(), gates.end(), is),
                         gates.size(), gates.size() == 1 ? "" : "s", word, first->message);
    }
  }
  std::string text = fmt::format("{} gate{} passed", gates.size(), gates.size() == 1 ? "" : "s");
  return gates.empty() ? text : text + ": " + gates.front().message;
}

plan::StepResult unreadable(const Error& error) {
  plan::StepResult result;
  result.outcome = Outcome::errored;
  result.summary = "the candidate's metrics cannot be read: " + error.message;
  result.findings.push_back({Finding::Level::error, "candidate", result.summary, "", 0});
  return result;
}

Json details_of(std::span<const GateResult> gates, const std::optional<Baseline>& baseline,
                const plan::StepInput& input, std::span<const CandidateFile> files,
                const std::string& metrics) {
  // "candidate": what the history records, to be the baseline of later runs.
  Json json{{"gates", Json::array()},
            {"candidate", Json::parse(metrics)},
            {"baseline", nullptr},
            {"baseline_note", input.baseline_note},
            {"files", Json::array()}};
  for (const GateResult& gate : gates) {
    json["gates"].push_back(gate_json(gate));
  }
  for (const CandidateFile& file : files) {
    json["files"].push_back(file.path);
  }
  if (baseline) {
    json["baseline"] = {
        {"source", baseline->source}, {"id", baseline->id}, {"name", baseline->name}};
    if (!baseline->blessing_id.empty()) {
      json["baseline"]["since_blessing"] = baseline->blessing_id;
    }
  }
  return json;
}

// The gates on metrics files, in `result`; their part of the details.
Result<Json> judge_metrics(const Settings& settings, const plan::StepInput& input,
                           std::vector<MetricsFile> read, plan::StepResult& result) {
  std::vector<CandidateFile> files;
  std::vector<plan::Metrics> metrics;
  for (MetricsFile& file : read) {
    metrics.push_back(file.metrics);
    files.push_back({std::move(file.path), std::move(file.metrics)});
  }
  std::optional<Baseline> baseline;
  if (input.baseline) {
    TRY(baseline, read_baseline(*input.baseline));
  }
  const Comparison comparison{files, baseline ? &*baseline : nullptr, input.baseline_note,
                              settings.on_missing};
  std::vector<GateResult> gates;
  for (const Gate& gate : settings.gates) {
    gates.push_back(judge(gate, comparison));
    add_finding(gates.back(), result);
  }
  result.outcome = outcome_of(gates);
  result.summary = summary_of(gates);
  result.metrics = plan::metrics_json(std::span<const plan::Spread>(plan::spread_over(metrics)));
  return details_of(gates, baseline, input, files, result.metrics);
}

int rank(Outcome outcome) {
  switch (outcome) {
    case Outcome::errored:
      return 3;
    case Outcome::failed:
      return 2;
    case Outcome::warned:
      return 1;
    default:
      return 0;
  }
}

// What the predictions say, beside what the metrics files said.
void add_evidence(const EvidenceResult& evidence, const Settings& settings,
                  plan::StepResult& result, Json& details) {
  Json metrics = Json::parse(result.metrics);
  for (const plan::Metric& metric : evidence.metrics) {
    metrics.emplace(metric.name, metric.value);  // a metrics file's own number stays
  }
  result.metrics = metrics.dump();
  details["candidate"] = metrics;
  details["evidence"] = evidence.details.empty() ? Json(nullptr) : Json::parse(evidence.details);
  result.findings.insert(result.findings.end(), evidence.findings.begin(), evidence.findings.end());
  if (settings.gates.empty() || rank(evidence.outcome) > rank(result.outcome)) {
    result.outcome = evidence.outcome;
    result.summary = evidence.summary;
  }
}

Result<plan::StepResult> step(const plan::StepInput& input, Host& host) {
  TRY(const Settings settings, settings_from_json(input.config));
  auto read = read_metrics_files(input.root, settings.candidate);
  if (!read) {
    return unreadable(read.error());
  }
  plan::StepResult result;
  TRY(Json details, judge_metrics(settings, input, std::move(*read), result));
  if (!settings.evidence.empty()) {
    TRY(const spec::Node config, data_check::node_from_json(settings.evidence));
    const auto evidence = evidence_of(config);
    if (!evidence) {
      return fail(Code::internal, "configuration of a regression step: no evidence in it");
    }
    add_evidence(judge_evidence(gate_files_of(config), *evidence, input, host), settings, result,
                 details);
  }
  result.details = details.dump(-1, ' ', false, Json::error_handler_t::replace);
  return result;
}

}  // namespace

Kind kind() {
  using Role = spec::PathKey::Role;
  using Select = spec::PathKey::Select;
  Kind kind;
  kind.rules.name = "regression";
  kind.rules.cmd = spec::Command::none;
  kind.rules.paths = {{"candidate.metrics", Role::dep, Select::metrics},
                      {"candidate.predictions", Role::dep, Select::all_outs},
                      {"baseline.path", Role::dep, Select::metrics},
                      {"baseline.predictions", Role::dep, Select::all_outs}};
  kind.rules.check = &check;
  kind.lower = &lower;
  kind.step = &step;
  return kind;
}

}  // namespace mlpipe::stages::regression
