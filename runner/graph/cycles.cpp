#include <algorithm>
#include <limits>
#include <queue>

#include "runner/graph/builder.hpp"

namespace mlpipe::graph {
namespace {

constexpr std::uint32_t unseen = std::numeric_limits<std::uint32_t>::max();

// Tarjan's strongly connected components (SIAM J. Comput. 1972), with a stack of its own: graphs
// may be deep.
class Components {
 public:
  explicit Components(const Graph& graph)
      : graph_(&graph),
        number_(graph.size(), unseen),
        low_(graph.size(), 0),
        component_(graph.size(), unseen) {
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
      if (number_[i] == unseen) {
        visit(StageId{i});
      }
    }
  }
  [[nodiscard]] std::uint32_t of(StageId id) const { return component_[id.index()]; }
  [[nodiscard]] std::uint32_t count() const { return count_; }

 private:
  struct Frame {
    StageId id;
    std::size_t next = 0;
  };
  void enter(StageId id) {
    number_[id.index()] = low_[id.index()] = counter_++;
    open_.push_back(id);
    frames_.push_back(Frame{id});
  }
  void leave(StageId id) {
    if (low_[id.index()] == number_[id.index()]) {
      StageId member{};
      do {
        member = open_.back();
        open_.pop_back();
        component_[member.index()] = count_;
      } while (member != id);
      ++count_;
    }
    frames_.pop_back();
    if (!frames_.empty()) {
      auto& parent = low_[frames_.back().id.index()];
      parent = std::min(parent, low_[id.index()]);
    }
  }
  void visit(StageId root) {
    enter(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      const StageId id = frame.id;
      const auto row = graph_->downstream(id);
      if (frame.next == row.size()) {
        leave(id);
        continue;
      }
      const StageId next = row[frame.next++];
      if (number_[next.index()] == unseen) {
        enter(next);
      } else if (component_[next.index()] == unseen) {
        low_[id.index()] = std::min(low_[id.index()], number_[next.index()]);
      }
    }
  }

  const Graph* graph_;
  std::vector<std::uint32_t> number_, low_, component_;
  std::vector<StageId> open_;
  std::vector<Frame> frames_;
  std::uint32_t counter_ = 0, count_ = 0;
};

// Breadth first within the component; empty where the stage is on no cycle.
std::vector<StageId> shortest_cycle(const Graph& graph, const Components& components, StageId start,
                                    std::vector<std::uint32_t>& came_from) {
  std::queue<StageId> todo;
  todo.push(start);
  while (!todo.empty()) {
    const StageId id = todo.front();
    todo.pop();
    for (const StageId next : graph.downstream(id)) {
      if (next == start) {
        std::vector<StageId> path{id};
        while (path.back() != start) {
          path.push_back(StageId{came_from[path.back().index()]});
        }
        std::reverse(path.begin(), path.end());
        return path;
      }
      if (components.of(next) == components.of(start) && came_from[next.index()] == unseen) {
        came_from[next.index()] = id.value;
        todo.push(next);
      }
    }
  }
  return {};
}

}  // namespace

std::vector<std::vector<StageId>> cycles(const Graph& graph) {
  const Components components(graph);
  std::vector<char> seen(components.count(), 0);
  std::vector<std::uint32_t> came_from(graph.size(), unseen);
  std::vector<std::vector<StageId>> found;
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    auto& mark = seen[components.of(StageId{i})];
    if (mark == 0) {
      mark = 1;
      auto path = shortest_cycle(graph, components, StageId{i}, came_from);
      if (!path.empty()) {
        found.push_back(std::move(path));
      }
    }
  }
  return found;
}

}  // namespace mlpipe::graph
