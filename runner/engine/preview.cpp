#include "runner/engine/preview.hpp"

#include <algorithm>

#include "runner/engine/files.hpp"

namespace mlpipe::engine {
namespace {

using plan::Change;
using plan::ChangeKind;
using plan::ItemKind;

// What a book puts back is seen below only once it is there.
bool changes_downstream(const Workspace& workspace, Freshness freshness) {
  return (workspace.book && freshness == Freshness::missing) || freshness == Freshness::stale ||
         freshness == Freshness::never_run || freshness == Freshness::blocked;
}

// The first upstream stage whose result may still change.
const Preview* unsettled_upstream(const Workspace& workspace, StageId id,
                                  const std::vector<const Preview*>& seen) {
  for (const StageId up : workspace.graph.upstream(id)) {
    if (const Preview* above = seen[up.index()];
        above != nullptr && changes_downstream(workspace, above->freshness)) {
      return above;
    }
  }
  return nullptr;
}

void judge(Workspace& workspace, const Host& host, Force force, const Preview* above,
           Preview& preview) {
  bool known = workspace.journal->last_of(workspace.label(preview.id)).has_value();
  auto decided = decide(workspace, host, preview.id, force);
  if (!decided && above == nullptr) {
    preview.freshness = Freshness::blocked;
    preview.problem = decided.error().message;
    preview.reasons = {{ItemKind::dep, decided.error().message, ChangeKind::missing, "", ""}};
    return;
  }
  if (decided && workspace.book) {
    const auto* run = std::get_if<plan::Run>(&decided->decision);
    known = run == nullptr || run->reasons.front().kind != ItemKind::record;
    if (const auto* reuse = std::get_if<plan::Reuse>(&decided->decision);
        reuse != nullptr && !reuse->restore.empty()) {
      preview.freshness = Freshness::missing;
      preview.restore = reuse->restore;
      for (const std::string& path : reuse->restore) {
        const bool there = stands(workspace.root + "/" + path);
        preview.reasons.push_back(
            {ItemKind::out, path, there ? ChangeKind::modified : ChangeKind::missing, "", ""});
      }
    }
  }
  if (decided) {
    if (const auto* run = std::get_if<plan::Run>(&decided->decision)) {
      preview.freshness = known ? Freshness::stale : Freshness::never_run;
      preview.reasons = run->reasons;
    } else if (!decided->restore.empty()) {
      preview.freshness = Freshness::missing;
      for (const cache::OutRecord& out : decided->restore) {
        preview.restore.push_back(out.path);
        const bool there = stands(workspace.root + "/" + out.path);
        preview.reasons.push_back({ItemKind::out, out.path,
                                   there ? ChangeKind::modified : ChangeKind::missing,
                                   out.content.digest.short_hex(), ""});
        workspace.assumed[out.path] = out.content;
      }
    }
    preview.key = std::move(decided->key);
  }
  if (above != nullptr) {
    preview.waits_for = above->id;
    preview.freshness = known ? Freshness::stale : Freshness::never_run;
    preview.reasons.push_back(
        {ItemKind::upstream, workspace.label(above->id), ChangeKind::modified, "", ""});
  }
}

}  // namespace

std::string_view name(Freshness freshness) {
  switch (freshness) {
    case Freshness::up_to_date:
      return "up_to_date";
    case Freshness::stale:
      return "stale";
    case Freshness::missing:
      return "missing";
    case Freshness::never_run:
      return "never_run";
    case Freshness::blocked:
      return "blocked";
  }
  return "blocked";
}

Result<std::vector<Preview>> preview(Workspace& workspace, const Host& host,
                                     const std::vector<bool>& selected,
                                     const std::vector<bool>& forced) {
  std::vector<Preview> previews;
  previews.reserve(workspace.graph.size());  // `seen` points into it
  std::vector<const Preview*> seen(workspace.graph.size(), nullptr);
  for (const StageId id : workspace.graph.topological()) {
    if (!selected[id.index()]) {
      continue;
    }
    Preview& preview = previews.emplace_back();
    preview.id = id;
    judge(workspace, host, forced[id.index()] ? Force::yes : Force::no,
          unsettled_upstream(workspace, id, seen), preview);
    seen[id.index()] = &preview;
  }
  workspace.assumed.clear();
  return previews;
}

}  // namespace mlpipe::engine
