// The book of a repository with dvc.yaml: decisions by dvc.lock, results in .dvc/cache. Knows
// nothing of scheduling and processes.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "runner/engine/book.hpp"
#include "runner/engine/dvc/tracker.hpp"

namespace mlpipe::engine::dvc {

struct BookOptions {
  bool run_cache = true;          // --no-run-cache
  bool force_downstream = false;  // --force-downstream
  Missing missing = Missing::counts;
  bool pull = false;  // --pull: what is missing comes from the remote first
  LockFile lock = LockFile::update;
};

class DvcBook final : public Book {
 public:
  DvcBook(std::unique_ptr<Tracker> tracker, std::string root)
      : tracker_(std::move(tracker)), root_(std::move(root)) {}

  [[nodiscard]] Tracker& tracker() { return *tracker_; }
  void set_options(const BookOptions& options) { options_ = options; }
  // For --force-downstream; lives longer than the book is asked.
  void set_graph(const graph::Graph& graph) { graph_ = &graph; }

  Result<Decided> decide(StageId id, Force force) override;
  std::optional<run::StageFinished> settle(StageId id, const Decided& decided) override;
  Launch launch(StageId id, const Host& host) const override;
  Result<std::vector<std::string>> keep(StageId id, const Decided& decided) override;
  Status close(LockFile lock) override;
  void forget() override { tracker_->forget(); }

 private:
  [[nodiscard]] const spec::dvc::Stage& stage(StageId id) const {
    return tracker_->stage(id.index());
  }
  Status check_inputs(const spec::dvc::Stage& stage, const StageStatus& status) const;
  [[nodiscard]] bool above_changed(StageId id) const;
  [[nodiscard]] Result<std::vector<std::string>> edited_outs(const spec::dvc::Stage& stage,
                                                             const StageStatus& status) const;
  Status take_as_it_stands(const spec::dvc::Stage& stage);
  Status write_now();
  // Outs that are merely absent, or deps of a stage that will run, from the remote.
  Result<bool> pull_outs(StageId id, const StageStatus& status);
  Status pull_inputs(StageId id, const StageStatus& status);

  std::unique_ptr<Tracker> tracker_;
  const graph::Graph* graph_ = nullptr;
  std::string root_;
  BookOptions options_;
  std::unordered_map<StageId, Value> restore_;               // entries to put back
  std::unordered_map<StageId, lock::DvcStageEntry> inputs_;  // as they were before the command
  std::set<StageId> pulled_;
  bool runs_pulled_ = false;
  std::set<StageId> changed_;  // ran, or data taken anew
  std::optional<std::chrono::steady_clock::time_point> written_;
};

}  // namespace mlpipe::engine::dvc
