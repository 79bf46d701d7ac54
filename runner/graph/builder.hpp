// Builds a Graph: collects edges, reports what is wrong with them. Internal to this room.
#pragma once

#include <string>
#include <vector>

#include "runner/graph/graph.hpp"
#include "runner/graph/name_index.hpp"

namespace mlpipe::graph {

class Builder {
 public:
  Builder(const spec::Project& project, spec::Diagnostics& diagnostics);
  Graph build();

 private:
  struct Edge {
    StageId from;
    EdgeKind kind;
    friend auto operator<=>(const Edge&, const Edge&) = default;
  };
  void check_outs();
  // Whether these two outs go together.
  bool check_pair(const OutIndex::Entry& out, const OutIndex::Entry& other);
  void conflict(const OutIndex::Entry& later, const OutIndex::Entry& earlier,
                const std::string& what);
  void add_file_edges(StageId to);
  void add_named_edges(StageId to);
  void add_named(StageId to, const std::string& name, spec::Mark mark, EdgeKind kind);
  void lay_rows();
  void order();
  void report_cycles();
  void report_cycle(const std::vector<StageId>& path);
  [[nodiscard]] std::string why(StageId from, StageId to) const;
  [[nodiscard]] std::string label(StageId id) const;
  [[nodiscard]] const spec::Out& out_of(const OutIndex::Entry& entry) const;

  const spec::Project* project_;
  spec::Diagnostics* diagnostics_;
  NameIndex names_;
  Graph graph_;
  std::vector<std::vector<Edge>> edges_;  // by the stage they lead to
  std::size_t suggested_ = 0;
};

// The strongly connected components with more than one stage, or one that is upstream of itself.
// Each as a shortest cycle through its first stage in file order: [a, b, c] for a -> b -> c -> a.
[[nodiscard]] std::vector<std::vector<StageId>> cycles(const Graph& graph);

}  // namespace mlpipe::graph
