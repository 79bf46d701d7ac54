// --pull: what is missing comes from the remote before a stage is run.
#include <algorithm>

#include "runner/engine/dvc/dvc_book.hpp"
#include "runner/engine/dvc/remote.hpp"

namespace mlpipe::engine::dvc {

Result<bool> DvcBook::pull_outs(StageId id, const StageStatus& status) {
  const spec::dvc::Stage& stage = this->stage(id);
  if (Tracker::is_stale(status, stage, Missing::allowed, tracker_->compat())) {
    return false;
  }
  TRY(const Remote remote, Remote::open(tracker_->repository(), ""));
  std::vector<bool> wanted(tracker_->repository().stages.size(), false);
  wanted[id.index()] = true;
  TRY(const Moved moved, remote.fetch(*tracker_, wanted, RunCache::without));
  if (!moved.missing.empty()) {
    return false;
  }
  pulled_.insert(id);
  return true;
}

Status DvcBook::pull_inputs(StageId id, const StageStatus& status) {
  TRY(const Remote remote, Remote::open(tracker_->repository(), ""));
  std::vector<bool> wanted(tracker_->repository().stages.size(), false);
  if (!runs_pulled_) {
    runs_pulled_ = true;
    TRY(const Moved moved, remote.fetch(*tracker_, wanted, RunCache::with));
    (void)moved;
  }
  // The data that an absent dep names, where a .dvc file or a stage recorded it.
  const spec::dvc::Stage& stage = this->stage(id);
  for (const StageStatus::Path& dep : status.deps) {
    if (dep.state != State::deleted) {
      continue;
    }
    for (std::size_t s = 0; s < wanted.size(); ++s) {
      const spec::dvc::Stage& producer = tracker_->stage(s);
      for (std::size_t i = 0; i < producer.outs.size(); ++i) {
        const auto entry = tracker_->recorded_out(producer, i);
        if (entry && producer.outs[i].at.path == stage.deps[dep.index].at.path) {
          wanted.assign(wanted.size(), false);
          wanted[s] = true;
          TRY(const Moved moved, remote.fetch(*tracker_, wanted, RunCache::without));
          if (moved.missing.empty()) {
            TRY_OK(tracker_->checkout_out(producer, i, *entry));
          }
        }
      }
    }
  }
  return {};
}

}  // namespace mlpipe::engine::dvc
