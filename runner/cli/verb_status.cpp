// `mlpipe status` and `mlpipe plan`: what would run, and why.
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/engine/dvc/dvc_book.hpp"
#include "runner/engine/dvc/open.hpp"
#include "runner/engine/dvc/remote.hpp"
#include "runner/engine/dvc/status_json.hpp"
#include "runner/engine/preview.hpp"
#include "runner/report/words.hpp"

namespace mlpipe::cli {
namespace {

using engine::Freshness;
using engine::Preview;

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

nlohmann::ordered_json reason_json(const plan::Change& change) {
  return {{"kind", plan::name(change.kind)},
          {"item", change.item},
          {"change", plan::name(change.change)},
          {"old", change.old_value},
          {"new", change.new_value}};
}

nlohmann::ordered_json preview_json(const engine::Workspace& workspace, const Preview& preview) {
  nlohmann::ordered_json reasons = nlohmann::ordered_json::array();
  for (const plan::Change& reason : preview.reasons) {
    reasons.push_back(reason_json(reason));
  }
  return {{"name", workspace.label(preview.id)},
          {"kind", workspace.stage(preview.id).kind},
          {"state", engine::name(preview.freshness)},
          {"reasons", std::move(reasons)}};
}

// What a run would do with a stage, in a word or two.
std::string_view action(const engine::Workspace& workspace, const Preview& preview) {
  if (workspace.lowered[preview.id.index()].deploys && preview.freshness != Freshness::blocked) {
    return "deploy";
  }
  switch (preview.freshness) {
    case Freshness::up_to_date:
      return "reuse";
    case Freshness::missing:
      return "restore";
    case Freshness::blocked:
      return "blocked";
    case Freshness::stale:
    case Freshness::never_run:
      return preview.waits_for ? "depends" : "run";
  }
  return "run";
}

std::string why_line(const engine::Workspace& workspace, const Preview& preview) {
  if (!preview.problem.empty()) {
    return preview.problem;
  }
  if (preview.waits_for &&
      (preview.reasons.size() == 1 || preview.freshness == Freshness::never_run)) {
    return fmt::format("on the result of {}", workspace.label(*preview.waits_for));
  }
  return report::reasons_text(preview.reasons);
}

void print_previews(const engine::Workspace& workspace, const std::vector<Preview>& previews) {
  std::size_t width = 0;
  for (const Preview& preview : previews) {
    width = std::max(width, workspace.label(preview.id).size());
  }
  for (const Preview& preview : previews) {
    const std::string line = why_line(workspace, preview);
    std::fputs(fmt::format("  {:<{}}  {:<8}  {}", workspace.label(preview.id), width,
                           action(workspace, preview), line)
                   .c_str(),
               stdout);
    std::fputs("\n", stdout);
  }
}

}  // namespace

namespace {

// `dvc status --json` itself.
int dvc_status(const Common& common) {
  Session session(common);
  if (const auto failed = session.open_pipelines()) {
    return *failed;
  }
  auto& tracker = engine::dvc::book_of(session.workspace())->tracker();
  const auto text = [&]() -> Result<std::string> {
    if (!common.dvc.cloud) {
      return engine::dvc::status_json(tracker, session.named(), session.folder());
    }
    TRY(const auto remote, engine::dvc::Remote::open(tracker.repository(), ""));
    return remote.status_json(tracker, session.named());
  }();
  if (!text) {
    return show(text.error());
  }
  std::puts(text->c_str());
  return 0;
}

}  // namespace

int status(const Common& common) {
  if (common.dvc.compat && common.json) {
    return dvc_status(common);
  }
  if (common.dvc.cloud) {
    return show({Code::usage, "--cloud answers in DVC's words: add --dvc-compat --json"});
  }
  RunArguments arguments;
  arguments.common = common;
  return plan(arguments);
}

int plan(const RunArguments& arguments) {
  const Common& common = arguments.common;
  Session session(common);
  if (const auto failed = session.open_pipelines()) {
    return *failed;
  }
  if (const auto failed = session.open_cache()) {
    return *failed;
  }
  const engine::Workspace& workspace = session.workspace();
  const std::vector<bool> forced =
      arguments.force ? session.named() : std::vector<bool>(session.selected().size(), false);
  const auto previews =
      engine::preview(session.workspace(), session.host(), session.selected(), forced);
  if (!previews) {
    return show(previews.error());
  }
  if (common.json) {
    nlohmann::ordered_json stages = nlohmann::ordered_json::array();
    for (const Preview& preview : *previews) {
      stages.push_back(preview_json(workspace, preview));
    }
    std::puts(dump({{"stages", std::move(stages)}}).c_str());
    return 0;
  }
  std::size_t stale = 0;
  for (const Preview& preview : *previews) {
    stale += preview.freshness == Freshness::up_to_date ? 0 : 1;
  }
  if (stale == 0) {
    std::fputs(
        fmt::format("{} stage{} up to date\n", previews->size(), previews->size() == 1 ? "" : "s")
            .c_str(),
        stdout);
    return 0;
  }
  print_previews(workspace, *previews);
  return 0;
}

}  // namespace mlpipe::cli
