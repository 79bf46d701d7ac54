#include "runner/engine/explain.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include "runner/base/text.hpp"
#include "runner/engine/files.hpp"

namespace mlpipe::engine {
namespace {

using plan::Item;
using plan::ItemKind;
using plan::Manifest;
using plan::Tag;
using port::Content;

// Items of one tag by name; the name views live as long as the manifest.
std::map<std::string_view, std::string_view> items_of(const Manifest& manifest, Tag tag) {
  std::map<std::string_view, std::string_view> found;
  for (const Item& item : manifest.items()) {
    if (item.tag == tag) {
      found.emplace(item.name, item.value);
    }
  }
  return found;
}

std::string_view value_of(const std::map<std::string_view, std::string_view>& items,
                          std::string_view name) {
  const auto found = items.find(name);
  return found == items.end() ? std::string_view() : found->second;
}

// The stage above that writes (a part of) this dep.
std::optional<StageId> writer_of(const Workspace& workspace, StageId id, const std::string& dep) {
  const auto upstream = workspace.graph.upstream(id);
  std::optional<StageId> writer;
  workspace.graph.outs().each_meeting(dep, [&](const graph::OutIndex::Entry& entry) {
    if (std::find(upstream.begin(), upstream.end(), entry.stage) != upstream.end()) {
      writer = entry.stage;
    }
    return !writer;
  });
  return writer;
}

void explain_deps(const Workspace& workspace, const Manifest& then, const Manifest& now,
                  const Detail& detail, Explanation& explanation) {
  const auto before = items_of(then, Tag::dep);
  for (const auto& [dep, text] : items_of(now, Tag::dep)) {
    const auto old_content = port::content_from_text(value_of(before, dep));
    const auto new_content = port::content_from_text(text);
    if (!old_content || !new_content || *old_content == *new_content) {
      continue;  // a dep that was declared only now has nothing to be compared with
    }
    const bool tree =
        old_content->type == port::EntryType::tree || new_content->type == port::EntryType::tree;
    // The paths in the tree of a glob are whole ones.
    const std::string base = tree && is_glob(dep) ? std::string() : std::string(dep);
    DepChange change;
    change.dep = dep;
    change.diff = diff_trees(*workspace.store, base, *old_content, *new_content, detail.files);
    change.written_by = writer_of(workspace, explanation.preview.id, change.dep);
    explanation.deps.push_back(std::move(change));
  }
}

Result<std::string> kept_text(const Workspace& workspace, std::string_view content_text) {
  const auto content = port::content_from_text(content_text);
  if (!content) {
    return fail(Code::corrupt, "no digest is recorded");
  }
  return workspace.store->read(content->digest);
}

void explain_packages(const Workspace& workspace, const Manifest& then, const Manifest& now,
                      Explanation& explanation) {
  constexpr std::string_view prefix = "lock:";
  const auto before = items_of(then, Tag::environment);
  for (const auto& [name, text] : items_of(now, Tag::environment)) {
    const std::string_view old_text = value_of(before, name);
    if (name.substr(0, prefix.size()) != prefix || old_text.empty() || old_text == text) {
      continue;
    }
    PackageChange change;
    change.lock = name.substr(prefix.size());
    const auto old_lock = kept_text(workspace, old_text);
    const auto new_lock =
        read_file((change.lock.substr(0, 1) == "/" ? "" : workspace.root + "/") + change.lock);
    if (!old_lock) {
      change.unknown = "the text of the last good run is not in the store any more";
    } else if (!new_lock) {
      change.unknown = new_lock.error().message;
    } else {
      change.moved = moved_packages(*old_lock, *new_lock);
      change.unknown = change.moved.empty() ? "no package moved: the rest of its text changed" : "";
    }
    explanation.packages.push_back(std::move(change));
  }
}

void compare_with_last(const Workspace& workspace, const Detail& detail, Explanation& explanation) {
  const Preview& preview = explanation.preview;
  if (!explanation.last || !preview.key || preview.freshness == Freshness::up_to_date ||
      preview.freshness == Freshness::missing) {
    return;
  }
  const auto then = Manifest::parse(explanation.last->manifest);
  if (!then) {
    explanation.last_unreadable = true;
    return;
  }
  const Manifest& now = preview.key->manifest;
  explain_deps(workspace, *then, now, detail, explanation);
  explain_packages(workspace, *then, now, explanation);
  const std::string_view old_command = value_of(items_of(*then, Tag::command), "cmd");
  const std::string_view new_command = value_of(items_of(now, Tag::command), "cmd");
  if (old_command != new_command) {
    explanation.command = CommandChange{std::string(old_command), std::string(new_command)};
  }
}

bool may_change(const Preview* preview) {
  return preview != nullptr &&
         (preview->freshness == Freshness::stale || preview->freshness == Freshness::never_run ||
          preview->freshness == Freshness::blocked);
}

std::vector<plan::Change> own_reasons(const Preview& preview) {
  std::vector<plan::Change> own;
  for (const plan::Change& reason : preview.reasons) {
    if (reason.kind != ItemKind::upstream) {
      own.push_back(reason);
    }
  }
  return own;
}

std::string through(const Workspace& workspace, StageId below, StageId above) {
  if (workspace.graph.edge(above, below) == graph::EdgeKind::file) {
    for (const spec::Dep& dep : workspace.stage(below).deps) {
      bool meets = false;
      workspace.graph.outs().each_meeting(dep.path, [&](const graph::OutIndex::Entry& entry) {
        meets = entry.stage == above;
        return !meets;
      });
      if (meets) {
        return dep.path;
      }
    }
  }
  return {};
}

// Every stage above that has a reason of its own, nearest first, each by a shortest way.
void find_chains(const Workspace& workspace, const std::vector<const Preview*>& seen,
                 const Detail& detail, Explanation& explanation) {
  std::vector<std::optional<StageId>> below(workspace.graph.size());  // the way back down
  std::deque<StageId> open{explanation.preview.id};
  while (!open.empty()) {
    const StageId id = open.front();
    open.pop_front();
    for (const StageId up : workspace.graph.upstream(id)) {
      if (below[up.index()] || !may_change(seen[up.index()])) {
        continue;
      }
      below[up.index()] = id;
      open.push_back(up);
      const Preview& cause = *seen[up.index()];
      auto reasons = own_reasons(cause);
      if (reasons.empty() || ++explanation.chain_count > detail.chains) {
        continue;
      }
      Chain chain;
      for (StageId at = up; at != explanation.preview.id; at = *below[at.index()]) {
        chain.links.push_back({at, through(workspace, *below[at.index()], at)});
      }
      std::reverse(chain.links.begin(), chain.links.end());
      chain.reasons = std::move(reasons);
      chain.problem = cause.problem;
      explanation.chains.push_back(std::move(chain));
    }
  }
}

}  // namespace

Result<std::vector<Explanation>> explain(Workspace& workspace, const Host& host,
                                         const std::vector<bool>& selected,
                                         const std::vector<bool>& named, const Detail& detail) {
  const std::vector<bool> forced(selected.size(), false);
  TRY(std::vector<Preview> previews, preview(workspace, host, selected, forced));
  std::vector<const Preview*> seen(workspace.graph.size(), nullptr);
  for (const Preview& one : previews) {
    seen[one.id.index()] = &one;
  }
  std::vector<Explanation> explanations;
  for (const Preview& one : previews) {
    if (!named[one.id.index()]) {
      continue;
    }
    Explanation& explanation = explanations.emplace_back();
    explanation.preview = one;
    explanation.last = workspace.journal->last_of(workspace.label(one.id));
    const bool reused =
        one.freshness == Freshness::up_to_date || one.freshness == Freshness::missing;
    if (reused && one.key) {
      explanation.reused = workspace.journal->find(one.key->fingerprint);
    }
    const auto& entries = workspace.locked[workspace.stage(one.id).pipeline.index()];
    explanation.locked = std::any_of(
        entries.begin(), entries.end(),
        [&](const lock::LockedStage& entry) { return entry.name == workspace.stage(one.id).name; });
    compare_with_last(workspace, detail, explanation);
    if (one.waits_for) {
      find_chains(workspace, seen, detail, explanation);
    }
  }
  return explanations;
}

}  // namespace mlpipe::engine
