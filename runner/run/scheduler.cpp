#include "runner/run/scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "runner/base/text.hpp"

namespace mlpipe::run {

Scheduler::Scheduler(const graph::Graph& graph, std::vector<bool> selected,
                     std::vector<double> priority, std::vector<Need> needs,
                     std::vector<bool> tolerated, Capacity capacity, OnFailure on_failure)
    : graph_(&graph),
      nodes_(graph.size()),
      selected_(std::move(selected)),
      tolerated_(std::move(tolerated)),
      priority_(std::move(priority)),
      needs_(std::move(needs)),
      capacity_(capacity),
      on_failure_(on_failure) {
  constexpr double unlimited = 1e300;
  total_ = Load{static_cast<double>(std::max(capacity.jobs, 1U)), std::max(capacity.cpus, 0.0),
                capacity.memory == 0 ? unlimited : static_cast<double>(capacity.memory),
                static_cast<double>(capacity.gpus)};
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (!selected_[i]) {
      nodes_[i].phase = Phase::ended;
      continue;
    }
    ++open_;
    for (const StageId from : graph.upstream(StageId{i})) {
      nodes_[i].open_upstream += selected_[from.index()] ? 1 : 0;
    }
  }
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (selected_[i] && nodes_[i].open_upstream == 0) {
      became_ready(StageId{i});
    }
  }
}

void Scheduler::became_ready(StageId id) {
  nodes_[id.index()].phase = Phase::undecided;
  fresh_.push_back(id);
}

Scheduler::Load Scheduler::load(StageId id) const {
  const Need& need = needs_[id.index()];
  return Load{1, std::clamp(need.cpus, 0.0, total_.cpus),
              std::min(static_cast<double>(need.memory), total_.memory),
              std::min(static_cast<double>(need.gpus), total_.gpus)};
}

void Scheduler::add(Load& sum, const Load& one, double sign) {
  sum.jobs += sign * one.jobs;
  sum.cpus += sign * one.cpus;
  sum.memory += sign * one.memory;
  sum.gpus += sign * one.gpus;
}

bool Scheduler::fits(const Load& held, const Load& one) const {
  constexpr double rounding = 1e-6;  // fractions of a core added and taken away again
  return held.jobs + one.jobs <= total_.jobs && held.cpus + one.cpus <= total_.cpus + rounding &&
         held.memory + one.memory <= total_.memory && held.gpus + one.gpus <= total_.gpus;
}

std::vector<StageId> Scheduler::take_undecided() {
  std::vector<StageId> taken;
  if (!stopped_) {
    taken.swap(fresh_);
  }
  // One that ended meanwhile needs no decision.
  std::erase_if(taken, [&](StageId id) { return nodes_[id.index()].phase != Phase::undecided; });
  std::sort(taken.begin(), taken.end(), [&](StageId a, StageId b) { return rank(a) < rank(b); });
  return taken;
}

void Scheduler::queue(StageId id) {
  Node& node = nodes_[id.index()];
  assert(node.phase == Phase::undecided || node.phase == Phase::running);
  node.phase = Phase::queued;
  queue_.insert(rank(id));
  by_load_[load(id)].insert(rank(id));
}

namespace {

bool holds(std::span<const StageId> list, StageId id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

}  // namespace

std::optional<Scheduler::Rank> Scheduler::first(std::span<const StageId> refused) const {
  const auto found = std::find_if(queue_.begin(), queue_.end(),
                                  [&](const Rank& one) { return !holds(refused, one.id); });
  return found == queue_.end() ? std::nullopt : std::optional(*found);
}

std::optional<Scheduler::Rank> Scheduler::first_beside(const Load& head,
                                                       std::span<const StageId> refused) const {
  Load reserved = overtaking_;
  add(reserved, head, 1);
  std::optional<Rank> best;
  for (const auto& [load, queue] : by_load_) {
    if (!fits(held_, load) || !fits(reserved, load)) {
      continue;
    }
    const auto found = std::find_if(queue.begin(), queue.end(),
                                    [&](const Rank& one) { return !holds(refused, one.id); });
    if (found != queue.end() && (!best || *found < *best)) {
      best = *found;
    }
  }
  return best;
}

std::optional<StageId> Scheduler::take_startable(std::span<const StageId> refused) {
  if (stopped_ || queue_.empty() || held_.jobs >= total_.jobs) {
    return std::nullopt;
  }
  const auto head = first(refused);
  if (!head) {
    return std::nullopt;
  }
  const Load wanted = load(head->id);
  if (fits(held_, wanted) || running_.empty()) {
    start(head->id, false);
    return head->id;
  }
  const auto other = first_beside(wanted, refused);
  if (!other) {
    return std::nullopt;
  }
  start(other->id, true);
  return other->id;
}

void Scheduler::start(StageId id, bool overtakes) {
  leave(id);
  Node& node = nodes_[id.index()];
  node.phase = Phase::running;
  node.overtook = overtakes;
  running_.insert(id);
  add(held_, load(id), 1);
  if (overtakes) {
    add(overtaking_, load(id), 1);
  }
}

// Takes a stage out of the queue or off the machine.
void Scheduler::leave(StageId id) {
  Node& node = nodes_[id.index()];
  if (node.phase == Phase::queued) {
    queue_.erase(rank(id));
    const auto same = by_load_.find(load(id));
    same->second.erase(rank(id));
    if (same->second.empty()) {
      by_load_.erase(same);
    }
  } else if (node.phase == Phase::running) {
    running_.erase(id);
    add(held_, load(id), -1);
    if (node.overtook) {
      add(overtaking_, load(id), -1);
      node.overtook = false;
    }
  }
  if (running_.empty()) {
    held_ = overtaking_ = Load{};  // no rounding errors are carried on
  }
}

void Scheduler::requeue(StageId id) {
  leave(id);
  queue(id);
}

void Scheduler::close(StageId id, StageState state) {
  leave(id);
  nodes_[id.index()].phase = Phase::ended;
  nodes_[id.index()].state = state;
  --open_;
}

void Scheduler::release_dependants(StageId id) {
  for (const StageId next : graph_->downstream(id)) {
    Node& node = nodes_[next.index()];
    if (node.phase == Phase::waiting && --node.open_upstream == 0) {
      became_ready(next);
    }
  }
}

void Scheduler::block_dependants(StageId id) {
  std::vector<StageId> todo{id};
  while (!todo.empty()) {
    const StageId from = todo.back();
    todo.pop_back();
    for (const StageId next : graph_->downstream(from)) {
      Node& node = nodes_[next.index()];
      if (node.phase != Phase::waiting) {
        continue;
      }
      if (graph_->edge(from, next) == graph::EdgeKind::after) {
        if (--node.open_upstream == 0) {
          became_ready(next);
        }
        continue;
      }
      close(next, StageState::blocked);
      blocked_.push_back(BlockedBy{next, id});
      todo.push_back(next);
    }
  }
}

void Scheduler::ended(StageId id, StageState state) {
  assert(nodes_[id.index()].phase != Phase::ended && nodes_[id.index()].phase != Phase::waiting);
  close(id, state);
  const bool failure = state == StageState::failed || state == StageState::errored;
  if (lets_pass(state) || (failure && tolerated_[id.index()])) {
    release_dependants(id);
    return;
  }
  block_dependants(id);
  stopped_ = stopped_ || (failure && on_failure_ == OnFailure::stop_starting);
}

std::vector<Scheduler::BlockedBy> Scheduler::take_blocked() {
  return std::exchange(blocked_, {});
}

std::vector<StageId> Scheduler::cancel_rest() {
  stopped_ = true;
  fresh_.clear();
  std::vector<StageId> cancelled;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].phase != Phase::ended && nodes_[i].phase != Phase::running) {
      close(StageId{i}, StageState::cancelled);
      cancelled.push_back(StageId{i});
    }
  }
  return cancelled;
}

bool Scheduler::finished() const {
  return open_ == 0 || (stopped_ && running_.empty());
}

std::size_t Scheduler::running() const {
  return running_.size();
}

std::size_t Scheduler::queued() const {
  return queue_.size();
}

std::optional<Scheduler::Wait> Scheduler::waits_for(StageId id) const {
  if (nodes_[id.index()].phase != Phase::queued || running_.empty()) {
    return std::nullopt;
  }
  const Load wanted = load(id);
  const auto behind = [&](auto holding) {
    std::vector<StageId> list;
    std::copy_if(running_.begin(), running_.end(), std::back_inserter(list), holding);
    return list;
  };
  const auto everyone = [](StageId) { return true; };
  const Need& need = needs_[id.index()];
  if (held_.jobs + 1 > total_.jobs) {
    return Wait{"a job slot", behind(everyone)};
  }
  if (held_.gpus + wanted.gpus > total_.gpus) {
    return Wait{need.gpus == 1 ? "a GPU" : fmt::format("{} GPUs", need.gpus),
                behind([&](StageId one) { return load(one).gpus > 0; })};
  }
  if (held_.memory + wanted.memory > total_.memory) {
    return Wait{"memory " + format_size(need.memory),
                behind([&](StageId one) { return load(one).memory > 0; })};
  }
  if (!fits(held_, wanted)) {
    return Wait{need.cpus == 1 ? "a CPU" : fmt::format("{} CPUs", need.cpus), behind(everyone)};
  }
  const auto head = first({});
  if (head && head->id != id && !fits(held_, load(head->id))) {
    return Wait{"its turn", {head->id}};
  }
  return std::nullopt;
}

}  // namespace mlpipe::run
