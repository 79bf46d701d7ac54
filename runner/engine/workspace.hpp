// A repository opened for work: its pipelines, graph, lowered stages, lock entries, and the cache's
// rooms. Opening reads; it creates nothing.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/cache/index.hpp"
#include "runner/cache/journal.hpp"
#include "runner/cache/locks.hpp"
#include "runner/cache/object_store.hpp"
#include "runner/engine/host.hpp"
#include "runner/graph/graph.hpp"
#include "runner/lock/lock_file.hpp"
#include "runner/spec/load.hpp"

namespace mlpipe::engine {

class Book;
struct BookDeleter {
  void operator()(Book* book) const;
};

struct Workspace {
  std::string root;       // absolute
  std::string state_dir;  // root/.mlpipe
  std::string date;       // of the run, YYYY-MM-DD in UTC
  spec::Loaded loaded;
  graph::Graph graph;
  std::vector<plan::Lowered> lowered;                  // by stage
  std::vector<std::string> labels;                     // by stage
  std::vector<std::vector<lock::LockedStage>> locked;  // by pipeline, as read
  std::unordered_multimap<Digest, std::pair<PipelineId, std::size_t>> locked_at;
  std::unique_ptr<cache::ObjectStore> store;
  std::unique_ptr<cache::Index> index;
  std::unique_ptr<cache::Locks> locks;
  std::optional<cache::Journal> journal;
  cache::Durability durability = cache::Durability::order;
  // Where the repository keeps what it knows of its stages; empty: manifests, journal and lock
  // file.
  std::unique_ptr<Book, BookDeleter> book;
  // Previews: what a path would hold once missing outputs are written back.
  std::unordered_map<std::string, port::Content> assumed;

  [[nodiscard]] const spec::Project& project() const { return loaded.project; }
  [[nodiscard]] const spec::Stage& stage(StageId id) const { return loaded.project.stage(id); }
  [[nodiscard]] const std::string& label(StageId id) const { return labels[id.index()]; }
  [[nodiscard]] std::optional<StageId> find(std::string_view label) const;
  // After `locked` was filled or replaced.
  void index_locks();
  // The lock's entry for a stage with this fingerprint.
  [[nodiscard]] const lock::LockedStage* locked_result(StageId id, const Digest& fingerprint) const;
};

// auto_detected: dvc.yaml where there is no pipeline of our own. strict: --dvc-compat.
enum class DvcMode : std::uint8_t { auto_detected, strict };

struct OpenOptions {
  std::string root;
  std::vector<std::string> files;
  std::string profile;
  std::span<const spec::KindRules> kinds;
  DvcMode dvc = DvcMode::auto_detected;
};

// The pipelines, or every diagnostic. Opens no cache.
struct Opened {
  Workspace workspace;
  bool valid = false;  // false: workspace.loaded.diagnostics says why
};
[[nodiscard]] Result<Opened> open_workspace(const OpenOptions& options, const Host& host);

// Diagnostics that need the machine rather than the text: deps that nothing produces and that do
// not exist, secrets that cannot be had, resources this machine can never give. For the selected
// stages only.
void check_machine(Workspace& workspace, const Host& host, const std::vector<bool>& selected);

// Opens store, index, locks and journal.
[[nodiscard]] Status open_cache(Workspace& workspace);

// Creates .mlpipe with its .gitignore where it is missing.
[[nodiscard]] Status make_state_dir(const std::string& state_dir);

// YYYY-MM-DD in UTC.
[[nodiscard]] std::string utc_date(std::chrono::system_clock::time_point now);

// The nearest folder at or above `from` that holds mlpipe.yaml, a pipelines folder or .git; `from`
// itself where none does.
[[nodiscard]] std::string find_root(const std::string& from);

}  // namespace mlpipe::engine
