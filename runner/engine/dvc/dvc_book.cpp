#include "runner/engine/dvc/dvc_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"
#include "runner/engine/aside.hpp"
#include "runner/engine/command_line.hpp"
#include "runner/engine/environment.hpp"
#include "runner/engine/files.hpp"

namespace mlpipe::engine::dvc {
namespace {

using plan::Change;
using plan::ChangeKind;
using plan::ItemKind;
using run::StageState;
using spec::dvc::Origin;
using spec::dvc::Place;

ChangeKind change_of(State state) {
  return state == State::deleted || state == State::not_in_cache ? ChangeKind::missing
         : state == State::added                                 ? ChangeKind::added
                                                                 : ChangeKind::modified;
}

std::string short_oid(const std::string& oid) {
  return oid.substr(0, 12);
}

std::string command_text(const Value& cmd) {
  std::string text = cmd.text;
  for (const Value& line : cmd.items) {
    text += (text.empty() ? "" : "\n") + line.text;
  }
  return text;
}

std::vector<Change> reasons_of(const StageStatus& status, const spec::dvc::Stage& stage,
                               const Value* entry) {
  std::vector<Change> reasons;
  if (!status.recorded) {
    return {{ItemKind::record, "", ChangeKind::missing, "", ""}};
  }
  if (status.always) {
    reasons.push_back({ItemKind::force, "always_run", ChangeKind::added, "", ""});
  }
  if (status.command) {
    const Value* then = entry == nullptr ? nullptr : entry->find("cmd");
    reasons.push_back({ItemKind::command, "cmd", ChangeKind::modified,
                       then == nullptr ? "" : command_text(*then), command_text(stage.cmd)});
  }
  if (status.checksum) {
    reasons.push_back({ItemKind::config, stage.file, ChangeKind::modified, "", ""});
  }
  for (const StageStatus::Path& dep : status.deps) {
    reasons.push_back({ItemKind::dep, stage.deps[dep.index].path, change_of(dep.state),
                       short_oid(dep.was), short_oid(dep.now)});
  }
  for (const StageStatus::Params& params : status.params) {
    const std::string& file = stage.params[params.index].file;
    if (params.file != State::same) {
      reasons.push_back({ItemKind::param, file, change_of(params.file), "", ""});
    }
    for (const auto& [key, state] : params.keys) {
      const ChangeKind kind = state == State::deleted ? ChangeKind::removed : change_of(state);
      reasons.push_back({ItemKind::param, file + ":" + key, kind, "", ""});
    }
  }
  for (const std::string& path : status.gone) {
    reasons.push_back({ItemKind::config, path, ChangeKind::removed, "", ""});
  }
  for (const StageStatus::Path& out : status.outs) {
    reasons.push_back({ItemKind::out, stage.outs[out.index].path, change_of(out.state),
                       short_oid(out.was), short_oid(out.now)});
  }
  return reasons;
}

Digest identity_of(const lock::DvcStageEntry& entry) {
  const auto names = lock::run_names(lock::to_value(entry));
  return sha256(names ? names->key_text : std::string());
}

bool same_inputs(const lock::DvcStageEntry& a, const lock::DvcStageEntry& b) {
  lock::DvcStageEntry left = a;
  lock::DvcStageEntry right = b;
  left.outs.clear();
  right.outs.clear();
  return python_equal(lock::to_value(std::move(left)), lock::to_value(std::move(right)));
}

}  // namespace

bool DvcBook::above_changed(StageId id) const {
  if (!options_.force_downstream || graph_ == nullptr) {
    return false;
  }
  const auto above = graph_->upstream(id);
  return std::any_of(above.begin(), above.end(),
                     [&](StageId up) { return changed_.count(up) > 0; });
}

// Before outs are touched: what the command reads must be there.
Status DvcBook::check_inputs(const spec::dvc::Stage& stage, const StageStatus& status) const {
  for (const StageStatus::Path& dep : status.deps) {
    if (dep.state == State::deleted) {
      return fail(Code::not_found,
                  fmt::format("the dependency `{}` does not exist; create it, or check it out with "
                              "`mlpipe data checkout`",
                              printable(stage.deps[dep.index].path)));
    }
  }
  if (tracker_->compat() == Compat::repaired) {
    for (const spec::dvc::Out& out : stage.outs) {
      if (out.cache && out.at.kind != Place::Kind::inside) {
        return fail(
            Code::refused,
            fmt::format("the out `{}` lies outside the project and cannot be cached; write inside "
                        "it, or set `cache: false`",
                        printable(out.path)));
      }
    }
  }
  return {};
}

// Outs that hold what no cache has: they would be lost when the command's outs are cleared.
Result<std::vector<std::string>> DvcBook::edited_outs(const spec::dvc::Stage& stage,
                                                      const StageStatus& status) const {
  std::vector<std::string> edited;
  for (const StageStatus::Path& state : status.outs) {
    const spec::dvc::Out& out = stage.outs[state.index];
    const bool there = state.state == State::modified && !state.now.empty();
    if (there && out.cache && out.at.kind == Place::Kind::inside && !state.was.empty() &&
        !tracker_->cache().has_all(state.now, cache::DvcLayout::current)) {
      edited.push_back(out.at.path);
    }
  }
  return edited;
}

Result<Decided> DvcBook::decide(StageId id, Force force) {
  const spec::dvc::Stage& stage = this->stage(id);
  Decided decided;
  TRY(StageStatus status, tracker_->status(stage));
  const bool forced = force == Force::yes || above_changed(id);
  if (!forced && !Tracker::is_stale(status, stage, options_.missing, tracker_->compat())) {
    decided.decision = plan::Reuse{};
    return decided;
  }
  if (options_.pull && !forced) {
    TRY(const bool pulled, pull_outs(id, status));
    if (pulled) {
      decided.decision = plan::Reuse{{}, {stage.label()}};
      return decided;
    }
    TRY_OK(pull_inputs(id, status));
    TRY(status, tracker_->status(stage));
  }
  std::vector<Change> reasons = reasons_of(status, stage, tracker_->locked(stage));
  if (forced) {
    reasons.insert(reasons.begin(),
                   {ItemKind::force, force == Force::yes ? "--force" : "--force-downstream",
                    ChangeKind::added, "", ""});
  }
  const bool takes_data =
      stage.origin == Origin::dvc_file || stage.frozen || stage.cmd.is(Value::Kind::null);
  if (!takes_data) {
    TRY_OK(check_inputs(stage, status));
    TRY(Tracker::Saved saved, tracker_->save(stage, Tracker::Outs::without));
    decided.key.fingerprint = identity_of(saved.entry);
    inputs_[id] = std::move(saved.entry);
    if (!forced) {
      TRY(auto entry, tracker_->restorable(stage, status, options_.run_cache));
      if (entry) {
        restore_[id] = std::move(*entry);
        plan::Reuse reuse{decided.key.fingerprint, {}};
        for (const spec::dvc::Out& out : stage.outs) {
          reuse.restore.push_back(out.at.path);
        }
        decided.decision = std::move(reuse);
        return decided;
      }
    }
    TRY(decided.edited, edited_outs(stage, status));
  }
  decided.decision = plan::Run{std::move(reasons)};
  return decided;
}

// A frozen stage, or data that `data add` tracks: what stands there is taken.
Status DvcBook::take_as_it_stands(const spec::dvc::Stage& stage) {
  for (const spec::dvc::Out& out : stage.outs) {
    TRY(const auto content, tracker_->look(out.at));
    if (content.type == cache::DvcContent::Type::missing) {
      return fail(
          Code::not_found,
          fmt::format("the data `{}` does not exist; put it back with `mlpipe data checkout`",
                      printable(out.path)));
    }
  }
  TRY(const Tracker::Saved saved, tracker_->save(stage, Tracker::Outs::with));
  return tracker_->commit(stage, saved);
}

std::optional<run::StageFinished> DvcBook::settle(StageId id, const Decided& decided) {
  const spec::dvc::Stage& stage = this->stage(id);
  run::StageFinished finished;
  Status done;
  if (pulled_.count(id) > 0) {
    finished.state = StageState::restored;
    finished.summary = "pulled from the remote";
    for (std::size_t i = 0; i < stage.outs.size() && done; ++i) {
      const auto entry = tracker_->recorded_out(stage, i);
      done = entry ? tracker_->checkout_out(stage, i, *entry) : done;
    }
  } else if (const auto entry = restore_.find(id);
             entry != restore_.end() && std::holds_alternative<plan::Reuse>(decided.decision)) {
    finished.state = StageState::restored;
    finished.fingerprint = decided.key.fingerprint.hex();
    for (std::size_t i = 0; i < stage.outs.size() && done; ++i) {
      const auto status = tracker_->out_status(stage, i);
      if (status && status->state == State::modified && stage.outs[i].cache &&
          stage.outs[i].at.kind == Place::Kind::inside &&
          !tracker_->cache().has_all(status->now, cache::DvcLayout::current)) {
        const auto kept = keep_edited(root_, "edited", stage.outs[i].at.path);
        done = kept ? Status{} : Status(tl::make_unexpected(kept.error()));
        if (kept) {
          finished.notes.push_back(fmt::format("{} had been edited; your version is kept at {}",
                                               printable(stage.outs[i].at.path), printable(*kept)));
        }
        tracker_->forget();
      }
    }
    done = done ? tracker_->put_back(stage, entry->second) : done;
    if (done) {
      const auto saved = tracker_->save(stage, Tracker::Outs::with);
      done = saved ? tracker_->commit(stage, *saved) : Status(tl::make_unexpected(saved.error()));
    }
    finished.summary =
        fmt::format("{} output{} restored", stage.outs.size(), stage.outs.size() == 1 ? "" : "s");
  } else if (stage.origin == Origin::dvc_file || stage.frozen || stage.cmd.is(Value::Kind::null)) {
    finished.state = StageState::passed;
    finished.summary = stage.frozen ? "frozen: its outs are taken as they stand"
                                    : "tracked data taken as it stands";
    done = take_as_it_stands(stage);
    if (!done) {
      done =
          fail(done.error().code, "its data cannot be taken as it stands: " + done.error().message);
    }
  } else {
    return std::nullopt;
  }
  changed_.insert(id);
  tracker_->forget();
  done = done ? write_now() : done;
  if (!done) {
    finished.state = StageState::errored;
    finished.cause = done.error().message;
    finished.summary.clear();
    finished.cached = false;
  }
  return finished;
}

Book::Launch DvcBook::launch(StageId id, const Host& host) const {
  const spec::dvc::Stage& stage = this->stage(id);
  Launch launch;
  launch.environment = host.caller;
  if (find_variable(launch.environment, "DVC_ROOT") == nullptr) {
    set_variable(launch.environment, "DVC_ROOT", root_);
  }
  set_variable(launch.environment, "DVC_STAGE", stage.label());
  const std::string* set = find_variable(host.caller, "SHELL");
  const std::string shell = set == nullptr || set->empty() ? "/bin/sh" : *set;
  const std::string name = shell.substr(shell.rfind('/') + 1);
  std::vector<std::string> interpreter{shell};
  if (name == "zsh") {
    interpreter.emplace_back("--no-rcs");
  } else if (name == "bash") {
    interpreter.emplace_back("--noprofile");
    interpreter.emplace_back("--norc");
  } else if (name == "fish") {
    interpreter.emplace_back("--no-config");
  }
  interpreter.emplace_back("-c");
  std::vector<std::string> lines;
  const auto add = [&](const std::string& text) {
    for (const std::string_view line : split(text, '\n')) {
      if (!trim(line).empty()) {
        lines.emplace_back(line);
      }
    }
  };
  if (stage.cmd.is_text()) {
    add(stage.cmd.text);
  }
  for (const Value& line : stage.cmd.items) {
    lines.push_back(line.text);  // an item may hold several lines and is one shell all the same
  }
  if (lines.size() == 1) {
    launch.argv = interpreter;
    launch.argv.push_back(lines[0]);
    return launch;
  }
  // Each line is a shell of its own, and the first that fails ends it: it is named.
  std::string call;
  for (const std::string& part : interpreter) {
    call += shell_quote(part) + ' ';
  }
  const std::string script = fmt::format(
      "for c do {}\"$c\" || {{ r=$?; printf 'mlpipe: this line ended with %s: %s\\n' \"$r\" \"$c\" "
      ">&2; exit \"$r\"; }}; done",
      call);
  launch.argv = {"/bin/sh", "-c", script, "sh"};
  launch.argv.insert(launch.argv.end(), lines.begin(), lines.end());
  return launch;
}

Result<std::vector<std::string>> DvcBook::keep(StageId id, const Decided& /*decided*/) {
  const spec::dvc::Stage& stage = this->stage(id);
  tracker_->forget();
  changed_.insert(id);
  TRY(const Tracker::Saved saved, tracker_->save(stage, Tracker::Outs::with));
  std::vector<std::string> notes;
  if (tracker_->compat() == Compat::repaired && !same_inputs(inputs_[id], saved.entry)) {
    notes.emplace_back(
        "its inputs changed while it ran; the result is not recorded and it will run again");
    return notes;
  }
  TRY_OK(tracker_->commit(stage, saved));
  tracker_->forget();
  TRY_OK(write_now());
  return notes;
}

// The lock is written as stages end, but never so often that writing it costs more than running.
Status DvcBook::write_now() {
  constexpr auto least_pause = std::chrono::seconds(1);
  const auto now = std::chrono::steady_clock::now();
  if (options_.lock == LockFile::frozen || (written_ && now - *written_ < least_pause)) {
    return {};
  }
  TRY(const bool written, tracker_->write_locks());
  if (written) {
    written_ = std::chrono::steady_clock::now();
  }
  return {};
}

Status DvcBook::close(LockFile lock) {
  if (lock == LockFile::frozen && tracker_->locks_changed()) {
    return fail(
        Code::refused,
        "dvc.lock would change, and --locked forbids it; run without --locked and commit it");
  }
  TRY(const bool written, tracker_->write_locks());
  (void)written;
  return tracker_->save_index();
}

}  // namespace mlpipe::engine::dvc
