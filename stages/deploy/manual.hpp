// What a person does to a target by hand: back to an earlier release, and letting deploys go on.
// Needs the target's folder and nothing else, so that it works on the machine that serves, when all
// else is gone.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "stages/deploy/target.hpp"

namespace mlpipe::stages::deploy {

struct Person {
  std::string actor;
  std::string reason;
};
// Told once, when somebody else is changing the target.
using OnWait = std::function<void(const std::string& who)>;

struct RolledBack {
  std::string from, to;              // ids; `to` is current now
  std::vector<std::string> notes;    // worth knowing
  std::vector<std::string> trouble;  // what could not be written although the way back was taken
};
// To `to` (an id or the beginning of one; empty: what was current before), then a hold. Going back
// comes first: a record or a hold that cannot be written is trouble, not an obstacle. not_found: no
// target, no such release, nothing before. usage: `to` is current already, or fits several.
// corrupt: the release is damaged, or without `to` the history.
[[nodiscard]] Result<RolledBack> roll_back(const Target& target, const std::string& to,
                                           const Person& person, const OnWait& on_wait);

struct Resumed {
  bool was_held = false;
  std::string history_aside;  // where a damaged history went; empty: it was sound
};
[[nodiscard]] Result<Resumed> resume(const Target& target, const Person& person,
                                     const OnWait& on_wait);

// not_found where the folder holds nothing of a target.
Status check_target(const Target& target);

}  // namespace mlpipe::stages::deploy
