// A deployment target in a folder. Everything that is known of it stands there: neither checkout
// nor pipeline file nor database is needed to read it or to go back.
//
//   <folder>/releases/<id>/...   the artifacts, read-only, with .mlpipe-release.json; complete
//   before it has this name <folder>/current             link to releases/<id>, replaced atomically
//   <folder>/history.jsonl       see history.hpp
//   <folder>/hold                present: deploys are refused until `mlpipe deploy resume`
//   <folder>/.lock               locked while somebody changes the target; dies with the holder
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "stages/deploy/artifacts.hpp"
#include "stages/deploy/disk.hpp"
#include "stages/deploy/history.hpp"

namespace mlpipe::stages::deploy {

struct Hold {
  std::string time, actor, reason;
};

class Target {
 public:
  // Links in `folder` are resolved, so that one target has one lock. Nothing has to be there yet.
  explicit Target(const std::string& folder);
  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string release_path(const std::string& id) const;

  // Makes the folder and takes the lock. busy: somebody else has it, named where that is known.
  [[nodiscard]] Result<Descriptor> try_lock(const std::string& holder) const;

  // The release in use; empty: none. invalid: `current` is no link of ours.
  [[nodiscard]] Result<std::string> current() const;
  // Empty: takes `current` away.
  Status switch_to(const std::string& id) const;

  [[nodiscard]] Result<std::optional<Hold>> hold() const;
  Status set_hold(const Hold& hold) const;
  Status clear_hold() const;

  // Ids, sorted. Nothing that mlpipe did not put there.
  [[nodiscard]] Result<std::vector<std::string>> releases() const;
  // not_found, or corrupt where the bytes are not those that were released.
  [[nodiscard]] Status check_release(const std::string& id) const;
  // Afterwards the release stands there, whole, and is on the disk.
  Status build_release(const std::string& id, const std::string& target,
                       const std::vector<Artifact>& artifacts,
                       const std::vector<Entry>& entries) const;
  Status remove_release(const std::string& id) const;
  // What processes that died left behind. Only under the lock.
  Status clear_leftovers() const;

 private:
  std::string folder_;
};

// What makes two deployments the same one.
[[nodiscard]] std::string deployment_id(const std::string& target,
                                        const std::vector<Entry>& entries,
                                        const std::vector<std::string>& verify);
// RFC 3339 UTC, to the millisecond.
[[nodiscard]] std::string now_text();

}  // namespace mlpipe::stages::deploy
