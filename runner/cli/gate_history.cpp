#include "runner/cli/gate_history.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runner/engine/baselines.hpp"
#include "runner/engine/files.hpp"
#include "runner/history/records.hpp"
#include "stages/deploy/deployments.hpp"

namespace mlpipe::cli {
namespace {

constexpr std::size_t records_looked_at = 1000;

Result<std::vector<engine::PastGate>> past_gates(const std::string& state_dir,
                                                 const std::string& stage) {
  TRY(const std::vector<history::GateRecord> records,
      history::Records(state_dir).gates(stage, records_looked_at));
  std::vector<engine::PastGate> gates;
  for (const history::GateRecord& record : records) {
    gates.push_back({record.run_id, record.time, record.branch, record.profile, record.candidate,
                     record.metrics, record.state, record.blessed, record.explicit_blessing});
  }
  return gates;
}

Result<std::vector<engine::PastDeployment>> past_deployments(const engine::Workspace& workspace,
                                                             const std::string& target) {
  std::vector<engine::PastDeployment> past;
  for (const spec::Stage& stage : workspace.project().stages) {
    if (stage.kind != "deploy") {
      continue;
    }
    TRY(const auto deployments,
        stages::deploy::deployments_to(workspace.root, stage.config, target));
    for (const stages::deploy::Deployment& deployment : deployments) {
      past.push_back({deployment.id, deployment.time, deployment.candidate, deployment.metrics});
    }
  }
  return past;
}

// The metrics that a regression step recorded of its candidate.
std::string candidate_metrics(const std::string& details) {
  const auto json = nlohmann::json::parse(details, nullptr, false);
  return json.is_object() && json.contains("candidate") && json["candidate"].is_object()
             ? json["candidate"].dump()
             : std::string("{}");
}

Status record_run(const std::string& state_dir, const run::RunStarted& started,
                  const run::RunFinished& finished, const std::vector<engine::GateOutcome>& gates) {
  history::Records records(state_dir);
  history::RunRecord record;
  record.run_id = finished.run_id;
  record.time = started.time;
  record.status = finished.status;
  record.commit = started.commit;
  record.branch = started.branch;
  record.profile = started.profile;
  record.cause = started.cause;
  record.actor = started.actor;
  record.dirty = started.dirty;
  record.exit_code = finished.exit_code;
  record.wall_ms = finished.wall.count();
  record.ran = finished.ran;
  record.failed = finished.failed;
  TRY_OK(records.put(record));
  for (const engine::GateOutcome& gate : gates) {
    history::GateRecord past;
    past.run_id = finished.run_id;
    past.time = started.time;
    past.commit = started.commit;
    past.branch = started.branch;
    past.profile = started.profile;
    past.stage = gate.stage;
    past.candidate = gate.candidate;
    past.metrics = candidate_metrics(gate.details);
    past.state = gate.state;
    past.blessed = started.profile.empty() && (gate.state == "passed" || gate.state == "warned");
    TRY_OK(records.put(past));
  }
  return {};
}

}  // namespace

void connect_gate_history(engine::Host& host, const engine::Workspace& workspace,
                          const std::string& root) {
  const std::string state_dir = root + "/.mlpipe";
  engine::Host* const hosted = &host;  // the host outlives its own functions
  host.baseline = [hosted, &workspace, root, state_dir](
                      const spec::Stage& stage, const plan::BaselineRef& ref,
                      const plan::Lowered& lowered,
                      const std::string& candidate) -> Result<engine::Baseline> {
    engine::BaselineSources sources;
    sources.head = [hosted]() -> Result<port::Head> {
      TRY(port::Vcs * vcs, hosted->vcs());
      return vcs->head();
    };
    sources.resolve = [hosted](const std::string& name) -> Result<std::string> {
      TRY(port::Vcs * vcs, hosted->vcs());
      return vcs->resolve(name);
    };
    sources.merge_base = [hosted](const std::string& a,
                                  const std::string& b) -> Result<std::string> {
      TRY(port::Vcs * vcs, hosted->vcs());
      return vcs->merge_base(a, b);
    };
    sources.file_at = [hosted](const std::string& commit,
                               const std::string& path) -> Result<std::optional<std::string>> {
      TRY(port::Vcs * vcs, hosted->vcs());
      return vcs->file_at(commit, path);
    };
    sources.read_object = [&workspace](const Digest& digest) {
      return workspace.store->read(digest);
    };
    sources.gates = [state_dir](const std::string& label) { return past_gates(state_dir, label); };
    sources.deployments = [&workspace](const std::string& target) {
      return past_deployments(workspace, target);
    };
    sources.read_file = [root](const std::string& path) -> Result<std::optional<std::string>> {
      auto text = engine::read_file(root + "/" + path);
      if (!text && text.error().code == Code::not_found) {
        return std::optional<std::string>();
      }
      TRY(std::string found, std::move(text));
      return std::optional<std::string>(std::move(found));
    };
    engine::BaselineQuestion question;
    question.ref = ref;
    question.stage = workspace.project().label(stage);
    question.profile = workspace.project().pipeline_of(stage).profile;
    question.candidate = candidate;
    question.candidate_files = lowered.candidate;
    question.lock_path = workspace.project().pipeline_of(stage).lock_path;
    return engine::resolve_baseline(question, sources);
  };
  host.record = [state_dir](const run::RunStarted& started, const run::RunFinished& finished,
                            const std::vector<engine::GateOutcome>& gates) {
    return record_run(state_dir, started, finished, gates);
  };
}

}  // namespace mlpipe::cli
