// `mlpipe graph`: the stages and what depends on what, as text, Mermaid, DOT or JSON.
#include <cstdio>

#include "runner/cli/verbs.hpp"
#include "runner/graph/render.hpp"

namespace mlpipe::cli {

int graph(const Common& common, GraphFormat format) {
  Session session(common);
  if (const auto failed = session.open_pipelines()) {
    return *failed;
  }
  const auto& project = session.workspace().project();
  const auto& stages = session.workspace().graph;
  std::string text;
  switch (format) {
    case GraphFormat::text:
      text = graph::to_tree(project, stages, session.selected());
      break;
    case GraphFormat::mermaid:
      text = graph::to_mermaid(project, stages, session.selected());
      break;
    case GraphFormat::dot:
      text = graph::to_dot(project, stages, session.selected());
      break;
    case GraphFormat::json:
      text = graph::to_json(project, stages, session.selected());
      break;
  }
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace mlpipe::cli
