// Going back, and ending what a process that died left unfinished. Works on the target's folder
// alone, under its lock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "stages/deploy/history.hpp"
#include "stages/deploy/target.hpp"

namespace mlpipe::stages::deploy {

// Makes `id` (empty: nothing) current; not_found where that release is not there any more, and
// nothing changed then.
Status go_back(const Target& target, const std::string& id);

// A deployment that has no end was never verified: back to what was there before it. A rollback
// that has no end is completed. Returns what was done, for people; empty where nothing was
// unfinished.
[[nodiscard]] Result<std::string> settle(const Target& target, History& history,
                                         const std::string& actor);

// Removes old releases: what never passed its verification, and of the rest all but the `keep`
// newest. Never the current one, never `previous`, never one that the history does not know.
// Returns how many went.
[[nodiscard]] Result<std::size_t> prune(const Target& target, const History& history,
                                        const std::string& previous, std::uint32_t keep);

// "3f2a91c0d4e7", or "nothing" where it is empty.
[[nodiscard]] std::string short_id(const std::string& id);

}  // namespace mlpipe::stages::deploy
