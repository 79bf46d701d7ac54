// Is a stage stale, and why: dvc/stage/__init__.py (changed, status), output.py (status),
// dependency/param.py (workspace_status).
#include <fmt/format.h>

#include <algorithm>

#include "runner/base/md5.hpp"
#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"
#include "runner/engine/dvc/tracker.hpp"
#include "runner/spec/dvc/params.hpp"

namespace mlpipe::engine::dvc {
namespace {

using cache::DvcContent;
using cache::DvcHash;
using spec::dvc::Origin;
using spec::dvc::Place;

const Value* entry_of(const Value* stage, std::string_view part, const std::string& path) {
  const Value* entries = stage == nullptr ? nullptr : stage->find(part);
  if (entries == nullptr) {
    return nullptr;
  }
  for (const Value& entry : entries->items) {
    const Value* known = entry.find("path");
    if (known != nullptr && known->is_text() && known->text == path) {
      return &entry;
    }
  }
  return nullptr;
}

DvcHash hash_of(const std::optional<lock::DvcEntry>& entry) {
  return !entry || entry->current ? DvcHash::md5 : DvcHash::md5_dos2unix;
}

// What does not count for a .dvc file's own md5 (dvc/stage/utils.py: compute_md5).
Value without_details(const Value& value, bool top) {
  static constexpr std::string_view always[] = {"desc",   "type",   "labels", "meta",
                                                "locked", "frozen", "metric", "persist",
                                                "isexec", "size",   "nfiles"};
  Value out = value;
  out.keys.clear();
  out.items.clear();
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (value.is_map()) {
      const std::string& key = value.keys[i].text;
      const bool ignored =
          std::find(std::begin(always), std::end(always), key) != std::end(always) ||
          (top && (key == "md5" || (key == "wdir" && value.items[i].text == ".")));
      if (ignored) {
        continue;
      }
      out.keys.push_back(value.keys[i]);
    }
    out.items.push_back(without_details(value.items[i], false));
  }
  return out;
}

bool own_checksum_differs(const Value& document) {
  const Value* recorded = document.find("md5");
  if (recorded == nullptr) {
    return false;
  }
  const auto json = python_json(without_details(document, true));
  return !json || md5_hex(*json) != recorded->text;
}

// What the lock names and the stage no longer does.
void find_gone(const spec::dvc::Stage& stage, const Value* entry, StageStatus& found) {
  const bool look_at_deps = !stage.frozen && stage.origin == Origin::dvc_yaml;
  const auto gone = [&](std::string_view part, const auto& declared) {
    const Value* entries = entry == nullptr ? nullptr : entry->find(part);
    for (std::size_t i = 0; entries != nullptr && i < entries->items.size(); ++i) {
      const std::string& path = entries->items[i].find("path")->text;
      const bool known = std::any_of(declared.begin(), declared.end(),
                                     [&](const auto& one) { return one.path == path; });
      if (!known) {
        found.gone.push_back(path);
      }
    }
  };
  gone("outs", stage.outs);
  if (look_at_deps) {
    gone("deps", stage.deps);
  }
  const Value* params = entry == nullptr || !look_at_deps ? nullptr : entry->find("params");
  for (std::size_t i = 0; params != nullptr && i < params->keys.size(); ++i) {
    const std::string& file = params->keys[i].text;
    const auto declared = std::find_if(stage.params.begin(), stage.params.end(),
                                       [&](const auto& dep) { return dep.file == file; });
    if (declared == stage.params.end()) {
      found.gone.push_back(file);
      continue;
    }
    for (std::size_t k = 0; !declared->keys.empty() && k < params->items[i].keys.size(); ++k) {
      const std::string key = template_text(params->items[i].keys[k]);
      if (std::find(declared->keys.begin(), declared->keys.end(), key) == declared->keys.end()) {
        found.gone.push_back(file + ":" + key);
      }
    }
  }
}

}  // namespace

std::optional<lock::DvcEntry> Tracker::recorded_out(const spec::dvc::Stage& stage,
                                                    std::size_t out) const {
  const Value* entry = stage.origin == Origin::dvc_file
                           ? &stage.document.find("outs")->items[out]
                           : entry_of(locked(stage), "outs", stage.outs[out].path);
  if (entry == nullptr) {
    return std::nullopt;
  }
  lock::DvcEntry read = lock::read_entry(*entry);
  return read.oid.empty() ? std::nullopt : std::optional(std::move(read));
}

Result<StageStatus::Path> Tracker::out_status(const spec::dvc::Stage& stage, std::size_t index) {
  const spec::dvc::Out& out = stage.outs[index];
  const auto recorded = recorded_out(stage, index);
  StageStatus::Path found{index, State::same, recorded ? recorded->oid : std::string(), ""};
  const auto layout =
      !recorded || recorded->current ? cache::DvcLayout::current : cache::DvcLayout::legacy;
  if (recorded && out.cache && !cache_->has_all(recorded->oid, layout)) {
    found.state = State::not_in_cache;
    return found;
  }
  TRY(const DvcContent now, look(out.at, hash_of(recorded)));
  found.now = now.oid;
  if (now.type == DvcContent::Type::missing) {
    found.state = State::deleted;
  } else if (!recorded || recorded->oid != now.oid) {
    found.state = State::modified;
  }
  return found;
}

Result<StageStatus::Params> Tracker::params_status(const spec::dvc::Stage& stage,
                                                   std::size_t index) {
  const spec::dvc::ParamsDep& dep = stage.params[index];
  StageStatus::Params found{index, State::same, {}};
  const Value* entry = locked(stage);
  const Value* sections = entry == nullptr ? nullptr : entry->find("params");
  const Value* recorded = sections == nullptr ? nullptr : sections->find(dep.file);
  TRY(const DvcContent there, look(dep.at));
  if (there.type == DvcContent::Type::missing) {
    found.file = State::deleted;
    return found;
  }
  if (recorded == nullptr) {
    found.file = State::added;
    return found;
  }
  TRY(const Value* values, params_file(dep.at));
  std::vector<std::string> keys = dep.keys;
  if (keys.empty()) {  // the whole file: the top-level keys of both sides
    for (const Value* side : {values, recorded}) {
      for (const Value& key : side->keys) {
        const std::string name = template_text(key);
        if (std::find(keys.begin(), keys.end(), name) == keys.end()) {
          keys.push_back(name);
        }
      }
    }
  }
  for (const std::string& key : keys) {
    const Value* now = dep.keys.empty() ? values->find(key) : spec::dvc::find_dotted(*values, key);
    const Value* then = recorded->find(key);
    const State state = now == nullptr              ? State::deleted
                        : then == nullptr           ? State::added
                        : python_equal(*now, *then) ? State::same
                                                    : State::modified;
    if (state != State::same) {
      found.keys.emplace_back(key, state);
    }
  }
  return found;
}

Result<StageStatus> Tracker::status(const spec::dvc::Stage& stage) {
  StageStatus found;
  const Value* entry = locked(stage);
  found.recorded = entry != nullptr || stage.origin == Origin::dvc_file;
  found.always = stage.is_callback() || stage.always_changed;
  found.checksum = stage.origin == Origin::dvc_file && own_checksum_differs(stage.document);
  if (entry != nullptr) {
    const Value* cmd = entry->find("cmd");
    found.command = cmd == nullptr || !python_equal(*cmd, stage.cmd);
  }
  const bool look_at_deps = !stage.frozen && stage.origin == Origin::dvc_yaml;
  for (std::size_t i = 0; look_at_deps && i < stage.deps.size(); ++i) {
    const spec::dvc::Dep& dep = stage.deps[i];
    const Value* known = entry_of(entry, "deps", dep.path);
    const auto recorded = known == nullptr ? std::nullopt : std::optional(lock::read_entry(*known));
    TRY(const DvcContent now, look(dep.at, hash_of(recorded)));
    if (now.type == DvcContent::Type::missing) {
      found.deps.push_back({i, State::deleted, recorded ? recorded->oid : "", ""});
    } else if (!recorded || recorded->oid != now.oid) {
      found.deps.push_back({i, State::modified, recorded ? recorded->oid : "", now.oid});
    }
  }
  for (std::size_t i = 0; look_at_deps && i < stage.params.size(); ++i) {
    TRY(auto params, params_status(stage, i));
    if (params.file != State::same || !params.keys.empty()) {
      found.params.push_back(std::move(params));
    }
  }
  for (std::size_t i = 0; i < stage.outs.size(); ++i) {
    TRY(auto out, out_status(stage, i));
    if (out.state != State::same) {
      found.outs.push_back(std::move(out));
    }
  }
  find_gone(stage, entry, found);
  return found;
}

bool Tracker::is_stale(const StageStatus& status, const spec::dvc::Stage& stage, Missing missing,
                       Compat compat) {
  const bool tolerant = missing == Missing::allowed;
  const auto counts = [&](const StageStatus::Path& path) {
    return !tolerant || (path.state != State::deleted && path.state != State::not_in_cache);
  };
  if (status.command || status.checksum || (status.always && !stage.frozen)) {
    return true;
  }
  if (std::any_of(status.deps.begin(), status.deps.end(), counts) ||
      std::any_of(status.outs.begin(), status.outs.end(), counts)) {
    return true;
  }
  const bool params = std::any_of(status.params.begin(), status.params.end(), [&](const auto& one) {
    return !tolerant || one.file != State::deleted;
  });
  return params || (compat == Compat::repaired && !status.gone.empty());
}

}  // namespace mlpipe::engine::dvc
