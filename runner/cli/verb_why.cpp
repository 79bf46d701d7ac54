// `mlpipe why STAGE`: what changed since the last good run, or since when it is up to date.
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "runner/cli/verbs.hpp"
#include "runner/cli/why_text.hpp"
#include "runner/engine/explain.hpp"

namespace mlpipe::cli {
namespace {

using Json = nlohmann::ordered_json;

Json reasons_json(const std::vector<plan::Change>& changes) {
  Json reasons = Json::array();
  for (const plan::Change& change : changes) {
    reasons.push_back({{"kind", plan::name(change.kind)},
                       {"item", change.item},
                       {"change", plan::name(change.change)},
                       {"old", change.old_value},
                       {"new", change.new_value}});
  }
  return reasons;
}

Json files_json(const engine::Explanation& explanation) {
  Json files = Json::array();
  for (const engine::DepChange& dep : explanation.deps) {
    for (const engine::FileChange& file : dep.diff.files) {
      files.push_back({{"dep", dep.dep},
                       {"path", file.path},
                       {"change", plan::name(file.change)},
                       {"old", file.old_value},
                       {"new", file.new_value}});
    }
  }
  return files;
}

Json packages_json(const engine::Explanation& explanation) {
  Json packages = Json::array();
  for (const engine::PackageChange& change : explanation.packages) {
    for (const engine::Moved& moved : change.moved) {
      packages.push_back({{"lock", change.lock},
                          {"package", moved.package},
                          {"old", moved.old_version},
                          {"new", moved.new_version}});
    }
  }
  return packages;
}

// What could not be found out, one sentence each.
Json unknown_json(const engine::Explanation& explanation) {
  Json unknown = Json::array();
  for (const engine::DepChange& dep : explanation.deps) {
    for (const std::string& folder : dep.diff.unread) {
      unknown.push_back(folder + ": its earlier listing is not in the store any more");
    }
    if (dep.diff.count > dep.diff.files.size()) {
      unknown.push_back(
          fmt::format("{}: {} more files differ", dep.dep, dep.diff.count - dep.diff.files.size()));
    }
  }
  for (const engine::PackageChange& change : explanation.packages) {
    if (!change.unknown.empty()) {
      unknown.push_back(change.lock + ": " + change.unknown);
    }
  }
  if (explanation.last_unreadable) {
    unknown.push_back("what the last good run ran with cannot be read");
  }
  return unknown;
}

Json chains_json(const engine::Workspace& workspace, const engine::Explanation& explanation) {
  Json chains = Json::array();
  for (const engine::Chain& chain : explanation.chains) {
    Json links = Json::array();
    for (const engine::Link& link : chain.links) {
      links.push_back({{"stage", workspace.label(link.above)}, {"through", link.through}});
    }
    Json one = {{"links", std::move(links)}, {"reasons", reasons_json(chain.reasons)}};
    if (!chain.problem.empty()) {
      one["problem"] = chain.problem;
    }
    chains.push_back(std::move(one));
  }
  return chains;
}

Json run_json(const std::optional<cache::Action>& action) {
  if (!action) {
    return nullptr;
  }
  return {{"run", action->run_id},
          {"time", utc_text(action->time_ms)},
          {"state", action->state},
          {"origin", action->origin == cache::Origin::accepted ? "accepted" : "ran"},
          {"wall_ms", action->wall_ms}};
}

Json to_json(const engine::Workspace& workspace, const engine::Explanation& explanation) {
  const engine::Preview& preview = explanation.preview;
  Json json = {{"name", workspace.label(preview.id)},
               {"kind", workspace.stage(preview.id).kind},
               {"state", engine::name(preview.freshness)},
               {"reasons", reasons_json(preview.reasons)},
               {"files", files_json(explanation)},
               {"packages", packages_json(explanation)},
               {"command", nullptr},
               {"chain", chains_json(workspace, explanation)},
               {"chains", explanation.chain_count},
               {"unknown", unknown_json(explanation)},
               {"reused", run_json(explanation.reused)},
               {"last", run_json(explanation.last)}};
  if (explanation.command) {
    json["command"] = {{"old", explanation.command->then}, {"new", explanation.command->now}};
  }
  if (!preview.problem.empty()) {
    json["problem"] = preview.problem;
  }
  return json;
}

}  // namespace

int why(const Common& common, const std::string& stage) {
  Common one = common;
  one.targets = {stage};
  Session session(one);
  if (const auto failed = session.open_pipelines()) {
    return *failed;
  }
  if (const auto failed = session.open_cache()) {
    return *failed;
  }
  const engine::Detail detail = one.json ? engine::Detail{1000, 100} : engine::Detail{};
  const auto explanations = engine::explain(session.workspace(), session.host(), session.selected(),
                                            session.named(), detail);
  if (!explanations) {
    return show(explanations.error());
  }
  if (one.json) {
    Json stages = Json::array();
    for (const engine::Explanation& explanation : *explanations) {
      stages.push_back(to_json(session.workspace(), explanation));
    }
    const Json answer = {{"stages", std::move(stages)}};
    std::puts(answer.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
    return 0;
  }
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      session.host().clock->now().time_since_epoch());
  std::string text;
  for (const engine::Explanation& explanation : *explanations) {
    text += why_text(session.workspace(), explanation, now);
  }
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace mlpipe::cli
