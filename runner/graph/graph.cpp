#include "runner/graph/graph.hpp"

#include <algorithm>
#include <cassert>

#include "runner/graph/builder.hpp"

namespace mlpipe::graph {

Graph Graph::build(const spec::Project& project, spec::Diagnostics& diagnostics) {
  return Builder(project, diagnostics).build();
}

std::span<const StageId> Graph::upstream(StageId id) const {
  const std::uint32_t begin = upstream_begin_[id.index()];
  return std::span(upstream_).subspan(begin, upstream_begin_[id.index() + 1] - begin);
}

std::span<const StageId> Graph::downstream(StageId id) const {
  const std::uint32_t begin = downstream_begin_[id.index()];
  return std::span(downstream_).subspan(begin, downstream_begin_[id.index() + 1] - begin);
}

EdgeKind Graph::edge(StageId from, StageId to) const {
  const auto row = upstream(to);
  const auto found = std::lower_bound(row.begin(), row.end(), from);
  assert(found != row.end() && *found == from);
  return upstream_kind_[upstream_begin_[to.index()] +
                        static_cast<std::size_t>(found - row.begin())];
}

bool Graph::produced(const std::string& path) const {
  bool found = false;
  outs_.each_meeting(path, [&](const OutIndex::Entry&) {
    found = true;
    return false;
  });
  return found;
}

std::vector<double> critical_path(const Graph& graph, std::span<const double> weights) {
  std::vector<double> length(graph.size(), 0);
  const auto& order = graph.topological();
  for (auto id = order.rbegin(); id != order.rend(); ++id) {
    double longest = 0;
    for (const StageId next : graph.downstream(*id)) {
      longest = std::max(longest, length[next.index()]);
    }
    length[id->index()] = longest + weights[id->index()];
  }
  return length;
}

}  // namespace mlpipe::graph
