#include "runner/cli/gc_roots.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "runner/history/records.hpp"
#include "runner/plan/manifest.hpp"

namespace mlpipe::cli {
namespace {

using port::Content;
using port::EntryType;

constexpr std::size_t most_records = 100'000;

void add_text(std::string_view text, std::vector<Content>& roots) {
  if (const auto content = port::content_from_text(text)) {
    roots.push_back(*content);
  }
}

void add_object(const Digest& digest, std::vector<Content>& roots) {
  roots.push_back({EntryType::file, digest, 0});
}

// Outputs, the step's answer, and what `why` reads: listings of folders and lock texts.
void add_action(const cache::Action& action, std::vector<Content>& roots,
                decltype(GcRoots::actions)& kept) {
  kept.emplace(action.fingerprint, action.run_id);
  for (const cache::OutRecord& out : action.outs) {
    if (out.stored) {
      roots.push_back(out.content);
    }
  }
  if (action.result) {
    add_object(*action.result, roots);
  }
  const auto manifest = plan::Manifest::parse(action.manifest);
  if (!manifest) {
    return;
  }
  for (const plan::Item& item : manifest->items()) {
    const bool lock_text = item.tag == plan::Tag::environment && item.name.rfind("lock:", 0) == 0;
    if (lock_text || (item.tag == plan::Tag::dep && item.value.rfind("tree:", 0) == 0)) {
      add_text(item.value, roots);
    }
  }
}

// What was judged in the newest blessed record of each stage and branch: the files compared, and
// all that the stages which made them wrote.
Status add_blessed(const engine::Workspace& workspace, const std::vector<cache::Action>& actions,
                   GcRoots& roots) {
  std::vector<Content>& pinned = roots.pinned;
  std::set<std::string> labels;
  for (const cache::Action& action : actions) {
    labels.insert(action.stage);
  }
  std::unordered_set<Digest> judged;
  const history::Records records(workspace.state_dir);
  for (const std::string& label : labels) {
    TRY(const auto gates, records.gates(label, most_records));
    std::set<std::string> branches;
    for (const history::GateRecord& gate : gates) {
      if (!gate.blessed || !branches.insert(gate.branch).second) {
        continue;
      }
      const cache::Action* of_run =
          nullptr;  // of that run, else the newest before it: the gate was reused
      for (const cache::Action& action : actions) {
        if (action.stage == label &&
            (action.run_id == gate.run_id || action.run_id < gate.run_id)) {
          of_run = &action;
        }
      }
      const auto manifest =
          of_run == nullptr ? fail(Code::not_found, "") : plan::Manifest::parse(of_run->manifest);
      if (!manifest) {
        continue;
      }
      add_action(*of_run, pinned, roots.actions);
      for (const plan::Item& item : manifest->items()) {
        const auto content =
            item.tag == plan::Tag::dep ? port::content_from_text(item.value) : std::nullopt;
        if (content && content->type != EntryType::missing) {
          judged.insert(content->digest);
          pinned.push_back(*content);
        }
      }
    }
  }
  for (const cache::Action& action : actions) {
    const bool made_it =
        std::any_of(action.outs.begin(), action.outs.end(), [&](const cache::OutRecord& out) {
          return out.content.type != EntryType::missing && judged.count(out.content.digest) != 0;
        });
    if (made_it) {
      add_action(action, pinned, roots.actions);
    }
  }
  return {};
}

}  // namespace

Result<GcRoots> gc_roots(const engine::Workspace& workspace, std::chrono::milliseconds now,
                         std::chrono::milliseconds keep) {
  GcRoots roots;
  const std::vector<cache::Action> actions = workspace.journal->all();
  std::unordered_map<std::string, const cache::Action*> last;
  for (const cache::Action& action : actions) {
    last[action.stage] = &action;  // oldest first: the newest stays
    // One from the future is young: a clock that jumped must not cost a result.
    if (now - std::chrono::milliseconds(action.time_ms) < keep) {
      add_action(action, roots.kept, roots.actions);
    }
  }
  for (const auto& [label, action] : last) {
    add_action(*action, roots.kept, roots.actions);
  }
  std::unordered_set<Digest> locked;
  for (const auto& entries : workspace.locked) {
    for (const lock::LockedStage& entry : entries) {
      locked.insert(entry.fingerprint);
      for (const lock::LockedOut& out : entry.outs) {
        add_text(out.content, roots.kept);
      }
      if (entry.result) {
        add_object(*entry.result, roots.kept);
      }
    }
  }
  for (const cache::Action& action : actions) {
    if (locked.count(action.fingerprint) > 0) {
      add_action(action, roots.kept, roots.actions);
    }
  }
  TRY_OK(add_blessed(workspace, actions, roots));
  return roots;
}

}  // namespace mlpipe::cli
