// `mlpipe graph`: the stages and what depends on what, as text, Mermaid, DOT or JSON.
#include <cstdio>

#include <nlohmann/json.hpp>

#include "runner/cli/verbs.hpp"
#include "runner/engine/dvc/dvc_book.hpp"
#include "runner/engine/dvc/open.hpp"
#include "runner/engine/dvc/status_json.hpp"
#include "runner/graph/render.hpp"

namespace mlpipe::cli {

namespace {

// Each stage as dvc.yaml means it, beside what every pipeline says.
std::string with_dvc(const std::string& text, const spec::dvc::Repository& repository) {
  auto all = nlohmann::ordered_json::parse(text);
  for (auto& stage : all["stages"]) {
    for (const spec::dvc::Stage& known : repository.stages) {
      if (known.label() == stage["name"].get<std::string>()) {
        stage["dvc"] = nlohmann::ordered_json::parse(engine::dvc::stage_json(known));
      }
    }
  }
  all["dvc"] = nlohmann::ordered_json::parse(engine::dvc::top_json(repository));
  return all.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace

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
      if (auto* book = engine::dvc::book_of(session.workspace())) {
        text = with_dvc(text, book->tracker().repository());
      }
      break;
  }
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace mlpipe::cli
