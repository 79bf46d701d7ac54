// The stages of all pipelines as one dense acyclic graph. Knows nothing of state, digests or
// running.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/base/ids.hpp"
#include "runner/graph/out_index.hpp"
#include "runner/spec/diagnostic.hpp"
#include "runner/spec/pipeline.hpp"

namespace mlpipe::graph {

// file: carries files. needs: only a gate. after: from when.stage, orders but never blocks, since
// the condition itself looks at the state (so `states: [failed]` can hold). Between two stages the
// first of these that applies counts.
enum class EdgeKind : std::uint8_t { file, needs, after };

class Graph {
 public:
  // Edges from files (an out equal to, inside, or around a dep; globs matched) and from needs and
  // when.stage. Reports every cycle (naming its stages), two stages writing one path, an out inside
  // another's out, a stage whose dep is its own out, and unknown names in needs, all with marks.
  // The graph is usable only where nothing was reported.
  static Graph build(const spec::Project& project, spec::Diagnostics& diagnostics);

  [[nodiscard]] std::size_t size() const {
    return upstream_begin_.empty() ? 0 : upstream_begin_.size() - 1;
  }
  [[nodiscard]] std::span<const StageId> upstream(StageId id) const;
  [[nodiscard]] std::span<const StageId> downstream(StageId id) const;
  [[nodiscard]] const std::vector<StageId>& topological() const {
    return order_;
  }  // stable: file order among equals
  // What the edge is for. There must be one.
  [[nodiscard]] EdgeKind edge(StageId from, StageId to) const;
  // Whether a stage produces this path (an out equal to it, around it, or matching inside it).
  [[nodiscard]] bool produced(const std::string& path) const;
  [[nodiscard]] const OutIndex& outs() const { return outs_; }

 private:
  friend class Builder;
  std::vector<std::uint32_t> upstream_begin_,
      downstream_begin_;  // compressed rows, each sorted by id
  std::vector<StageId> upstream_, downstream_, order_;
  std::vector<EdgeKind> upstream_kind_;  // parallel to upstream_
  OutIndex outs_;
};

// Targets: stage or group names, "pipeline:stage", "pipeline:" for all of one, an out's path; globs
// over names.
struct Selection {
  std::vector<std::string> targets;  // empty: everything
  std::vector<std::string> tags;     // any of them
  enum class Reach : std::uint8_t { with_upstream, only, downstream } reach = Reach::with_upstream;
};
// One flag per stage. usage: a target that names nothing, with the nearest name.
[[nodiscard]] Result<std::vector<bool>> select(const spec::Project& project, const Graph& graph,
                                               const Selection& selection);

// For each stage the length of the longest path from its start to the end of the graph, in the unit
// of `weights`.
[[nodiscard]] std::vector<double> critical_path(const Graph& graph,
                                                std::span<const double> weights);

}  // namespace mlpipe::graph
