#include "runner/cli/deploy_preview.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "runner/cli/deploy_targets.hpp"
#include "runner/engine/preview.hpp"
#include "runner/engine/when.hpp"
#include "stages/deploy/settings.hpp"
#include "stages/kind.hpp"

namespace mlpipe::cli {
namespace {

using engine::Freshness;
using engine::Preview;
using Json = nlohmann::ordered_json;

std::vector<StageId> above(const engine::Workspace& workspace, StageId id) {
  std::vector<char> seen(workspace.graph.size(), 0);
  std::vector<StageId> found;
  std::vector<StageId> open{id};
  while (!open.empty()) {
    const StageId at = open.back();
    open.pop_back();
    for (const StageId up : workspace.graph.upstream(at)) {
      if (seen[up.index()] == 0) {
        seen[up.index()] = 1;
        open.push_back(up);
        found.push_back(up);
      }
    }
  }
  return found;
}

// What a run would tell the step where nothing above has to run: every result is one that is
// reused.
std::string evidence_of(const engine::Workspace& workspace, const std::vector<StageId>& stages,
                        const std::vector<const Preview*>& previews) {
  Json evidence = Json::array();
  for (const StageId id : stages) {
    const Preview* preview = previews[id.index()];
    const auto action = preview != nullptr && preview->key
                            ? workspace.journal->find(preview->key->fingerprint)
                            : std::nullopt;
    evidence.push_back(
        {{"stage", workspace.label(id)},
         {"kind", workspace.stage(id).kind},
         {"gate", engine::is_gate(workspace.stage(id).kind)},
         {"state", "reused"},
         {"accepted", action && action->origin == cache::Origin::accepted},
         {"fingerprint",
          preview != nullptr && preview->key ? preview->key->fingerprint.hex() : ""}});
  }
  return evidence.dump();
}

Result<std::string> planned(Session& session, StageId id,
                            const std::vector<const Preview*>& previews) {
  const engine::Workspace& workspace = session.workspace();
  const spec::Stage& stage = workspace.stage(id);
  if (stage.when) {
    // What lies above is taken to end well: that is what a plan is about.
    const auto ends_well = [](StageId) { return std::optional(run::StageState::passed); };
    TRY(const auto unmet,
        engine::unmet_condition(workspace, session.host(), *stage.when, ends_well));
    if (unmet) {
      return fmt::format("{}: nothing would be deployed now: {}",
                         stages::deploy::target_name(stage.config), *unmet);
    }
  }
  const std::vector<StageId> stages = above(workspace, id);
  std::vector<std::string> first;
  for (const StageId up : stages) {
    const Preview* preview = previews[up.index()];
    if (preview != nullptr && !workspace.lowered[up.index()].deploys &&
        preview->freshness != Freshness::up_to_date) {
      first.push_back(printable(workspace.label(up)));
    }
  }
  if (!first.empty()) {
    return fmt::format("{}: what is deployed to {} depends on {}, to be run or restored first",
                       stages::deploy::target_name(stage.config),
                       printable(stages::deploy::target_path(stage.config)),
                       fmt::join(first, ", "));
  }
  plan::StepInput input;
  input.stage = workspace.label(id);
  input.kind = stage.kind;
  input.root = workspace.root;
  input.config = workspace.lowered[id.index()].config;
  input.evidence = evidence_of(workspace, stages, previews);
  input.mode = plan::Mode::plan;
  stages::Host nothing;  // a plan reads
  TRY(const plan::StepResult result, stages::find_kind("deploy")->step(input, nothing));
  return result.summary;
}

}  // namespace

int deploy_preview(const Common& common, const std::string& target) {
  Session session(common);
  if (const auto failed = session.open_pipelines()) {
    return *failed;
  }
  const std::vector<StageId> stages = deploy_stages(session, target);
  if (stages.empty()) {
    return show({Code::usage,
                 target.empty() ? "no stage deploys" : "no stage deploys to " + printable(target)});
  }
  if (const auto failed = session.open_cache()) {
    return *failed;
  }
  const std::vector<bool> forced(session.selected().size(), false);
  const auto found =
      engine::preview(session.workspace(), session.host(), session.selected(), forced);
  if (!found) {
    return show(found.error());
  }
  std::vector<const Preview*> previews(session.workspace().graph.size(), nullptr);
  for (const Preview& preview : *found) {
    previews[preview.id.index()] = &preview;
  }
  Json list = Json::array();
  for (const StageId id : stages) {
    const auto text = planned(session, id, previews);
    if (!text) {
      return show(text.error());
    }
    list.push_back({{"stage", session.workspace().label(id)}, {"plan", *text}});
    if (!common.json) {
      std::fputs((*text + "\n").c_str(), stdout);
    }
  }
  if (common.json) {
    std::puts(Json{{"deployments", std::move(list)}}
                  .dump(-1, ' ', false, Json::error_handler_t::replace)
                  .c_str());
  }
  return 0;
}

}  // namespace mlpipe::cli
