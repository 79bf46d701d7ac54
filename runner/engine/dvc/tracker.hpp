// A DVC project opened for work: its stages, what dvc.lock and .dvc files say of them, what stands
// on the disk, and the cache. Answers DVC's questions - is it stale, and why - and does what DVC
// does to data: store, put back, write down. Source: dvc/stage, dvc/output.py, dvc/dependency of
// DVC 3.67. Knows nothing of scheduling and processes.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/cache/dvc_cache.hpp"
#include "runner/cache/dvc_files.hpp"
#include "runner/lock/dvc_lock.hpp"
#include "runner/spec/dvc/repository.hpp"

namespace mlpipe::engine::dvc {

// repaired: where DVC is wrong, mlpipe does what docs/dvc.md says. strict: --dvc-compat, decisions
// are DVC's own.
enum class Compat : std::uint8_t { repaired, strict };

// A dep's, param's or out's state, in DVC's words.
enum class State : std::uint8_t { same, deleted, modified, added, not_in_cache };
[[nodiscard]] std::string_view name(State state);

struct StageStatus {
  struct Path {
    std::size_t index = 0;  // into the stage's deps or outs
    State state = State::same;
    std::string was;  // as recorded, for messages; may be empty
    std::string now;
  };
  struct Params {
    std::size_t index = 0;     // into the stage's params
    State file = State::same;  // of the file as a whole
    std::vector<std::pair<std::string, State>> keys;
  };
  std::vector<Path> deps;
  std::vector<Params> params;
  std::vector<Path> outs;
  bool command = false;           // differs from the recorded one
  bool always = false;            // a callback, or always_changed
  bool checksum = false;          // of a .dvc file: its own md5 differs
  std::vector<std::string> gone;  // recorded, but no longer declared: DVC does not see it
  bool recorded = true;           // the lock has an entry
};

// Which absences do not count (--allow-missing).
enum class Missing : std::uint8_t { counts, allowed };

class Tracker {
 public:
  // invalid: a lock cannot be read.
  static Result<std::unique_ptr<Tracker>> open(spec::dvc::Repository repository,
                                               const std::string& state_dir, Compat compat);

  [[nodiscard]] const spec::dvc::Repository& repository() const { return repository_; }
  [[nodiscard]] const spec::dvc::Stage& stage(std::size_t index) const {
    return repository_.stages[index];
  }
  [[nodiscard]] Compat compat() const { return compat_; }
  [[nodiscard]] const cache::DvcCache& cache() const { return *cache_; }
  [[nodiscard]] cache::DvcFiles& files() { return *files_; }
  [[nodiscard]] std::string absolute(const spec::dvc::Place& place) const;

  // --- state (status.cpp)
  [[nodiscard]] Result<StageStatus> status(const spec::dvc::Stage& stage);
  [[nodiscard]] Result<StageStatus::Path> out_status(const spec::dvc::Stage& stage,
                                                     std::size_t out);
  // `upstream`: outs whose recorded content decides instead of an absent dep.
  [[nodiscard]] static bool is_stale(const StageStatus& status, const spec::dvc::Stage& stage,
                                     Missing missing, Compat compat);
  // The recorded entry of an out; nothing where none is known.
  [[nodiscard]] std::optional<lock::DvcEntry> recorded_out(const spec::dvc::Stage& stage,
                                                           std::size_t out) const;
  [[nodiscard]] const Value* locked(const spec::dvc::Stage& stage) const;
  [[nodiscard]] Result<cache::DvcContent> look(const spec::dvc::Place& place,
                                               cache::DvcHash hash = cache::DvcHash::md5);

  // --- what is written down (save.cpp)
  // The lock entry of what stands on the disk now. not_found: a dep, a param or an out is missing.
  struct Saved {
    lock::DvcStageEntry entry;
    std::vector<cache::DvcContent> outs;  // parallel to the stage's outs
  };
  enum class Outs : std::uint8_t { with, without };
  [[nodiscard]] Result<Saved> save(const spec::dvc::Stage& stage, Outs outs);
  // Stores outs, writes the run-cache entry, notes the lock entry or writes the .dvc file.
  // `tracked`: whether git holds a path.
  Status commit(const spec::dvc::Stage& stage, const Saved& saved);
  // Writes the locks that changed. True: some did.
  Result<bool> write_locks();
  [[nodiscard]] bool locks_changed() const { return !dirty_.empty(); }
  Status save_index() { return files_->save(); }

  // --- data put back (restore.cpp)
  // The entry whose outs can be put back instead of running: the lock's own, else the run cache's.
  [[nodiscard]] Result<std::optional<Value>> restorable(const spec::dvc::Stage& stage,
                                                        const StageStatus& status,
                                                        bool use_run_cache);
  Status put_back(const spec::dvc::Stage& stage, const Value& entry);
  Status checkout_out(const spec::dvc::Stage& stage, std::size_t out, const lock::DvcEntry& entry);

  void forget();

 private:
  Tracker(spec::dvc::Repository repository, const std::string& state_dir, Compat compat);
  Status open_cache(const std::string& state_dir);
  Status read_locks();
  [[nodiscard]] Result<const Value*> params_file(const spec::dvc::Place& place);
  [[nodiscard]] Result<StageStatus::Params> params_status(const spec::dvc::Stage& stage,
                                                          std::size_t index);
  Status save_params(const spec::dvc::Stage& stage, lock::DvcStageEntry& entry);
  Status save_outs(const spec::dvc::Stage& stage, Saved& saved);
  [[nodiscard]] bool can_hash(const spec::dvc::Stage& stage) const;
  Status save_run(const spec::dvc::Stage& stage, const Saved& saved, const Value& entry);
  Status write_dvc_file(const spec::dvc::Stage& stage, const Saved& saved);
  Status ignore_outs(const spec::dvc::Stage& stage);

  spec::dvc::Repository repository_;
  Compat compat_;
  std::unique_ptr<cache::DvcFiles> files_;
  std::unique_ptr<cache::DvcCache> cache_;
  std::map<std::string, lock::DvcLock> locks_;  // by dvc.yaml
  std::map<std::string, std::vector<std::string>>
      dirty_;                                    // by dvc.yaml: stages set since it was written
  std::map<std::string, Result<Value>> params_;  // by absolute path, as read
};

// "dvc.lock" beside its dvc.yaml.
[[nodiscard]] std::string lock_path(const std::string& file);

}  // namespace mlpipe::engine::dvc
