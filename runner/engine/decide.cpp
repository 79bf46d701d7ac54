#include "runner/engine/decide.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runner/base/text.hpp"
#include "runner/engine/book.hpp"
#include "runner/engine/left_outs.hpp"

namespace mlpipe::engine {
namespace {

using plan::Change;
using plan::ChangeKind;
using plan::ItemKind;

const cache::OutRecord* find_record(const std::vector<cache::OutRecord>& records,
                                    const std::string& path) {
  const auto at = std::find_if(records.begin(), records.end(),
                               [&](const auto& record) { return record.path == path; });
  return at == records.end() ? nullptr : &*at;
}

// A content that some run of ours put there: the stage's last good result, or what a failed attempt
// left behind.
bool is_ours(const Workspace& workspace, StageId id, const std::string& path,
             const port::Content& content) {
  const auto last = workspace.journal->last_of(workspace.label(id));
  const cache::OutRecord* record = last ? find_record(last->outs, path) : nullptr;
  return (record != nullptr && record->content == content) ||
         left_by_failed_attempt(workspace.state_dir, workspace.label(id), path, content);
}

std::string short_text(const port::Content& content) {
  return content.type == port::EntryType::missing ? "missing" : content.digest.short_hex();
}

// Compares a recorded result with the disk. `reasons` receives what cannot be restored.
Status compare_outs(Workspace& workspace, StageId id, const std::vector<cache::OutRecord>& recorded,
                    Decided& decided, std::vector<Change>& reasons) {
  TRY(std::vector<std::string> standing, standing_outs(workspace, workspace.stage(id)));
  for (const std::string& path : standing) {
    TRY(const port::Content now, workspace.index->look(path, cache::View::output));
    const cache::OutRecord* record = find_record(recorded, path);
    if (now.type != port::EntryType::missing && (record == nullptr || !(record->content == now)) &&
        !is_ours(workspace, id, path, now)) {
      decided.edited.push_back(path);
    }
    if (record == nullptr && now.type != port::EntryType::missing) {
      reasons.push_back({ItemKind::out, path, ChangeKind::added, "", short_text(now)});
    }
  }
  for (const cache::OutRecord& record : recorded) {
    TRY(const port::Content now, workspace.index->look(record.path, cache::View::output));
    if (now == record.content) {
      continue;
    }
    if (record.stored && workspace.store->has_all(record.content)) {
      decided.restore.push_back(record);
    } else {
      const bool missing = now.type == port::EntryType::missing;
      reasons.push_back({ItemKind::out, record.path,
                         missing ? ChangeKind::missing : ChangeKind::modified,
                         short_text(record.content), short_text(now)});
    }
  }
  return {};
}

std::vector<Change> reasons_against_last(const Workspace& workspace, StageId id,
                                         const plan::Manifest& now) {
  const auto last = workspace.journal->last_of(workspace.label(id));
  if (last) {
    if (const auto then = plan::Manifest::parse(last->manifest)) {
      std::vector<Change> reasons = plan::diff(*then, now);
      if (!reasons.empty()) {
        return reasons;
      }
    }
  }
  return {{ItemKind::record, "", ChangeKind::missing, "", ""}};
}

std::optional<Change> too_old(const spec::Stage& stage, const cache::Action& action,
                              const Host& host) {
  if (!stage.max_age) {
    return std::nullopt;
  }
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(host.clock->now().time_since_epoch());
  const auto age = now - std::chrono::milliseconds(action.time_ms);
  if (age >= std::chrono::milliseconds(0) && age <= *stage.max_age) {
    return std::nullopt;
  }
  return Change{ItemKind::age, "max_age", ChangeKind::aged, format_duration(age),
                format_duration(*stage.max_age)};
}

// Reuse of a known result, or the reasons why it cannot be reused.
Result<std::vector<Change>> try_reuse(Workspace& workspace, StageId id,
                                      const std::vector<cache::OutRecord>& recorded,
                                      Decided& decided) {
  std::vector<Change> reasons;
  TRY_OK(compare_outs(workspace, id, recorded, decided, reasons));
  const bool keeps_nothing = workspace.stage(id).cache == spec::Caching::uncached;
  if (keeps_nothing) {
    for (const cache::OutRecord& record : decided.restore) {
      reasons.push_back(
          {ItemKind::out, record.path, ChangeKind::missing, short_text(record.content), ""});
    }
  }
  if (!reasons.empty()) {
    decided.restore.clear();
    return reasons;
  }
  plan::Reuse reuse{decided.key.fingerprint, {}};
  for (const cache::OutRecord& record : decided.restore) {
    reuse.restore.push_back(record.path);
  }
  decided.decision = std::move(reuse);
  return reasons;
}

std::vector<cache::OutRecord> from_lock(const lock::LockedStage& locked) {
  std::vector<cache::OutRecord> records;
  for (const lock::LockedOut& out : locked.outs) {
    if (const auto content = port::content_from_text(out.content)) {
      records.push_back({out.path, *content, true});
    }
  }
  return records;
}

}  // namespace

bool is_gate(std::string_view kind) {
  return kind == "data_check" || kind == "unit_test" || kind == "regression" || kind == "drift" ||
         kind == "deploy";
}

Result<std::vector<std::string>> standing_outs(Workspace& workspace, const spec::Stage& stage) {
  std::vector<std::string> paths;
  for (const spec::Out& out : stage.outs) {
    if (!is_glob(out.path)) {
      paths.push_back(out.path);
      continue;
    }
    TRY(std::vector<std::string> matches, workspace.index->expand(out.path));
    std::move(matches.begin(), matches.end(), std::back_inserter(paths));
  }
  return paths;
}

Result<Decided> decide(Workspace& workspace, const Host& host, StageId id, Force force) {
  if (workspace.book) {
    return workspace.book->decide(id, force);
  }
  const spec::Stage& stage = workspace.stage(id);
  Decided decided;
  TRY(decided.key, fingerprint(workspace, host, id));
  std::vector<Change> reasons;
  const bool always = stage.always_run || workspace.lowered[id.index()].always_run;
  if (force == Force::yes || always) {
    reasons.push_back(
        {ItemKind::force, always ? "always_run" : "--force", ChangeKind::added, "", ""});
  }
  decided.action = workspace.journal->find(decided.key.fingerprint);
  const lock::LockedStage* locked = decided.action || is_gate(stage.kind)
                                        ? nullptr
                                        : workspace.locked_result(id, decided.key.fingerprint);
  if (reasons.empty() && decided.action) {
    if (const auto aged = too_old(stage, *decided.action, host)) {
      reasons.push_back(*aged);
    }
  }
  if (reasons.empty() && (decided.action || locked != nullptr)) {
    const auto recorded = decided.action ? decided.action->outs : from_lock(*locked);
    TRY(reasons, try_reuse(workspace, id, recorded, decided));
    if (reasons.empty()) {
      return decided;
    }
  } else if (reasons.empty()) {
    reasons = reasons_against_last(workspace, id, decided.key.manifest);
  }
  if (decided.edited.empty()) {
    const auto last = workspace.journal->last_of(workspace.label(id));
    std::vector<Change> ignored;
    TRY_OK(compare_outs(workspace, id, last ? last->outs : std::vector<cache::OutRecord>{}, decided,
                        ignored));
    decided.restore.clear();
  }
  decided.decision = plan::Run{std::move(reasons)};
  return decided;
}

}  // namespace mlpipe::engine
