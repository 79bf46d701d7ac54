#include "stages/deploy/manual.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "runner/base/text.hpp"
#include "stages/deploy/repair.hpp"

namespace mlpipe::stages::deploy {
namespace {

Result<Descriptor> wait_for_lock(const Target& target, const char* what, const OnWait& on_wait) {
  const std::string holder = fmt::format("mlpipe deploy {} (pid {})", what, ::getpid());
  bool told = false;
  while (true) {
    auto held = target.try_lock(holder);
    if (held || held.error().code != Code::busy) {
      return held;
    }
    if (!told) {
      on_wait(held.error().message);
      told = true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

std::string listed(const std::vector<std::string>& ids) {
  std::vector<std::string> shown;
  for (const std::string& id : ids) {
    shown.push_back(short_id(id));
  }
  return shown.empty() ? "none" : fmt::format("{}", fmt::join(shown, ", "));
}

Result<std::string> find_release(const Target& target, const std::string& to) {
  TRY(const std::vector<std::string> releases, target.releases());
  std::vector<std::string> found;
  for (const std::string& id : releases) {
    if (id.rfind(to, 0) == 0) {
      found.push_back(id);
    }
  }
  if (found.size() == 1) {
    return found.front();
  }
  return found.empty() ? fail(Code::not_found, fmt::format("there is no release {}; there are: {}",
                                                           printable(to), listed(releases)))
                       : fail(Code::usage, fmt::format("{} may be any of: {}", printable(to),
                                                       fmt::join(found, ", ")));
}

Result<std::string> release_before(const Target& target, const History& history,
                                   const std::string& current) {
  TRY(const std::vector<std::string> releases, target.releases());
  if (history.damage) {
    return fail(Code::corrupt, fmt::format("{} is damaged, {}, so it cannot say what was there "
                                           "before; name a release with --to: {}",
                                           printable(history_path(target.folder())),
                                           *history.damage, listed(releases)));
  }
  const Record* last = current.empty() ? nullptr : history.deployment_of(current);
  if (last == nullptr || last->previous.empty()) {
    return fail(Code::not_found,
                fmt::format("nothing was there before {}; name a release with --to: {}",
                            short_id(current), listed(releases)));
  }
  return last->previous;
}

Record record_of(const Target& target, const History& history, const Person& person,
                 Action action) {
  Record record;
  record.action = action;
  record.time = now_text();
  record.actor = person.actor;
  record.reason = person.reason;
  record.target = history.records.empty() ? target.folder() : history.records.back().target;
  return record;
}

// A rollback that a killed process began and nobody finished: asking again asks for the same.
Result<RolledBack> complete(const Target& target, History& history, const Person& person) {
  RolledBack done;
  done.from = history.unfinished()->id;
  done.to = history.unfinished()->previous;
  TRY(const std::string note, settle(target, history, person.actor));
  done.notes.push_back(note);
  return done;
}

void note_trouble(const Status& status, const char* what, RolledBack& done) {
  if (!status) {
    done.trouble.push_back(fmt::format("{}: {}", what, status.error().message));
  }
}

}  // namespace

Status check_target(const Target& target) {
  if (stands(history_path(target.folder())) || stands(target.folder() + "/releases")) {
    return {};
  }
  return fail(Code::not_found,
              fmt::format("{} is no deployment target: it holds neither releases nor a history",
                          printable(target.folder())));
}

Result<RolledBack> roll_back(const Target& target, const std::string& to, const Person& person,
                             const OnWait& on_wait) {
  TRY_OK(check_target(target));
  TRY(const Descriptor lock, wait_for_lock(target, "rollback", on_wait));
  TRY(History history, read_history(target.folder()));
  const Record* unfinished = history.unfinished();
  if (to.empty() && !history.damage && unfinished != nullptr &&
      unfinished->action == Action::rollback) {
    return complete(target, history, person);
  }
  RolledBack done;
  TRY(done.from, target.current());
  if (to.empty()) {
    TRY(done.to, release_before(target, history, done.from));
  } else {
    TRY(done.to, find_release(target, to));
  }
  if (done.to == done.from) {
    return fail(Code::usage, short_id(done.to) + " is current already");
  }
  TRY_OK(target.check_release(done.to));
  if (!history.verified(done.to)) {
    done.notes.push_back(fmt::format("{} has not passed a verification that the history knows of",
                                     short_id(done.to)));
  }
  note_trouble(target.set_hold({now_text(), person.actor, person.reason}),
               "further deploys are not held", done);
  Record record = record_of(target, history, person, Action::rollback);
  record.id = done.from;
  record.previous = done.to;
  Status recorded = append(target.folder(), history, record);
  TRY_OK(target.switch_to(done.to));
  if (recorded) {
    record.outcome = Ended::rolled_back;
    recorded = append(target.folder(), history, record);
  }
  note_trouble(recorded, "the rollback is not recorded", done);
  return done;
}

Result<Resumed> resume(const Target& target, const Person& person, const OnWait& on_wait) {
  TRY_OK(check_target(target));
  TRY(const Descriptor lock, wait_for_lock(target, "resume", on_wait));
  TRY(History history, read_history(target.folder()));
  TRY(const std::optional<Hold> hold, target.hold());
  Resumed resumed;
  resumed.was_held = hold.has_value();
  if (!hold && !history.damage) {
    return resumed;
  }
  Record record = record_of(target, history, person, Action::resume);
  TRY(record.id, target.current());
  record.outcome = Ended::resumed;
  if (history.damage) {
    record.reason += fmt::format("{}the history before was damaged, {}",
                                 record.reason.empty() ? "" : "; ", *history.damage);
    TRY(resumed.history_aside, set_aside(target.folder(), history));
  } else if (history.unfinished() != nullptr && history.unfinished()->action == Action::rollback) {
    TRY(const std::string ignored, settle(target, history, person.actor));
  }
  TRY_OK(append(target.folder(), history, record));
  TRY_OK(target.clear_hold());
  return resumed;
}

}  // namespace mlpipe::stages::deploy
