#include "stages/deploy/repair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runner/base/text.hpp"

namespace mlpipe::stages::deploy {

Status go_back(const Target& target, const std::string& id) {
  if (!id.empty() && !stands(target.release_path(id))) {
    return fail(Code::not_found, fmt::format("the release {} is not there any more", short_id(id)));
  }
  return target.switch_to(id);
}

Result<std::string> settle(const Target& target, History& history, const std::string& actor) {
  const Record* unfinished = history.unfinished();
  if (unfinished == nullptr) {
    return std::string();
  }
  Record end = *unfinished;
  end.time = now_text();
  end.actor = actor;
  end.outcome = Ended::rolled_back;
  end.reason = unfinished->action == Action::rollback ? unfinished->reason
                                                      : "it was interrupted before it was verified";
  const Status back = go_back(target, end.previous);
  if (!back && back.error().code != Code::not_found) {
    return tl::make_unexpected(back.error());
  }
  if (!back) {  // nothing to go back to: what is there stays, known to be unverified
    end.outcome = Ended::verify_failed;
    end.reason += "; " + back.error().message;
  }
  TRY_OK(append(target.folder(), history, end));
  return fmt::format("the unfinished {} of {} by {} was {}", name(end.action), short_id(end.id),
                     printable(unfinished->actor),
                     !back                            ? "left in place: " + back.error().message
                     : end.action == Action::rollback ? "completed"
                                                      : "taken back to " + short_id(end.previous));
}

Result<std::size_t> prune(const Target& target, const History& history, const std::string& previous,
                          std::uint32_t keep) {
  TRY(const std::string current, target.current());
  TRY(const std::vector<std::string> releases, target.releases());
  std::vector<std::pair<std::size_t, std::string>> good;  // by their last deployment
  std::vector<std::string> going;
  for (const std::string& id : releases) {
    const Record* last = history.deployment_of(id);
    if (id == current || id == previous || last == nullptr) {
      continue;
    }
    if (history.verified(id)) {
      good.emplace_back(static_cast<std::size_t>(last - history.records.data()), id);
    } else {
      going.push_back(id);
    }
  }
  std::sort(good.rbegin(), good.rend());
  for (std::size_t i = keep; i < good.size(); ++i) {
    going.push_back(good[i].second);
  }
  for (const std::string& id : going) {
    TRY_OK(target.remove_release(id));
  }
  return going.size();
}

std::string short_id(const std::string& id) {
  return id.empty() ? "nothing" : printable(id.substr(0, 12));
}

}  // namespace mlpipe::stages::deploy
