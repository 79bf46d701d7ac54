// The graph as text: what `mlpipe graph` prints. Pure; knows no terminal.
#pragma once

#include <string>
#include <vector>

#include "runner/graph/graph.hpp"

namespace mlpipe::graph {

// One flag per stage; edges are shown between shown stages. Names are labels.
using Shown = std::vector<bool>;

// Every stage once, below the last of the stages it waits for; the others are named behind it:
//   prepare
//   ├── check  data_check
//   │   └── train@seed0  train  (also after unit)
[[nodiscard]] std::string to_tree(const spec::Project& project, const Graph& graph,
                                  const Shown& shown);
// Mermaid flowchart; edges that carry files are solid, gates dashed.
[[nodiscard]] std::string to_mermaid(const spec::Project& project, const Graph& graph,
                                     const Shown& shown);
[[nodiscard]] std::string to_dot(const spec::Project& project, const Graph& graph,
                                 const Shown& shown);
// {"stages":[{"name","kind","cmd","working_dir","deps","outs","params","needs"}],"edges":[["from","to"]]}
// and a newline. Stages in file order; params as "file:key".
[[nodiscard]] std::string to_json(const spec::Project& project, const Graph& graph,
                                  const Shown& shown);

}  // namespace mlpipe::graph
