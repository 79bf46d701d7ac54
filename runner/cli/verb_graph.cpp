// `mlpipe graph`: the stages and what depends on what, as text, Mermaid, DOT or JSON.
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "runner/cli/verbs.hpp"

namespace mlpipe::cli {
namespace {

using engine::Workspace;

// Levels of indentation by the longest way from a source: reads downwards like the run itself.
std::string as_text(const Workspace& workspace, const std::vector<bool>& selected) {
  std::string text;
  for (const StageId id : workspace.graph.topological()) {
    if (!selected[id.index()]) {
      continue;
    }
    text += fmt::format("{} ({})", workspace.label(id), workspace.stage(id).kind);
    std::string separator = "  <- ";
    for (const StageId up : workspace.graph.upstream(id)) {
      text += separator + workspace.label(up) +
              (workspace.graph.edge(up, id) == graph::EdgeKind::file ? "" : " (gate)");
      separator = ", ";
    }
    text += "\n";
  }
  return text;
}

std::string escaped(std::string_view text, std::string_view quote, std::string_view replacement) {
  std::string shown;
  for (const char c : printable(text)) {
    shown += std::string_view(&c, 1) == quote ? std::string(replacement) : std::string(1, c);
  }
  return shown;
}

std::string as_mermaid(const Workspace& workspace, const std::vector<bool>& selected) {
  std::string text = "flowchart TD\n";
  for (const StageId id : workspace.graph.topological()) {
    if (!selected[id.index()]) {
      continue;
    }
    text += fmt::format("  s{}[\"{}\"]\n", id.value, escaped(workspace.label(id), "\"", "#quot;"));
    for (const StageId up : workspace.graph.upstream(id)) {
      if (selected[up.index()]) {
        const bool file = workspace.graph.edge(up, id) == graph::EdgeKind::file;
        text += fmt::format("  s{} {} s{}\n", up.value, file ? "-->" : "-.->", id.value);
      }
    }
  }
  return text;
}

std::string as_dot(const Workspace& workspace, const std::vector<bool>& selected) {
  std::string text = "digraph mlpipe {\n  node [shape=box];\n";
  for (const StageId id : workspace.graph.topological()) {
    if (!selected[id.index()]) {
      continue;
    }
    const std::string name = escaped(workspace.label(id), "\"", "\\\"");
    text += fmt::format("  \"{}\";\n", name);
    for (const StageId up : workspace.graph.upstream(id)) {
      if (selected[up.index()]) {
        const bool file = workspace.graph.edge(up, id) == graph::EdgeKind::file;
        text += fmt::format("  \"{}\" -> \"{}\"{};\n", escaped(workspace.label(up), "\"", "\\\""), name,
                            file ? "" : " [style=dashed]");
      }
    }
  }
  return text + "}\n";
}

template <class Items, class Name>
nlohmann::ordered_json names(const Items& items, Name name) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& item : items) {
    list.push_back(name(item));
  }
  return list;
}

std::string as_json(const Workspace& workspace, const std::vector<bool>& selected) {
  nlohmann::ordered_json stages = nlohmann::ordered_json::array();
  nlohmann::ordered_json edges = nlohmann::ordered_json::array();
  for (const StageId id : workspace.graph.topological()) {
    if (!selected[id.index()]) {
      continue;
    }
    const spec::Stage& stage = workspace.stage(id);
    stages.push_back({{"name", workspace.label(id)},
                      {"kind", stage.kind},
                      {"cmd", stage.cmd},
                      {"working_dir", stage.working_dir},
                      {"deps", names(stage.deps, [](const spec::Dep& dep) { return dep.path; })},
                      {"outs", names(stage.outs, [](const spec::Out& out) { return out.path; })},
                      {"params", names(stage.params, [](const spec::Param& param) { return param.file + ":" + param.key; })},
                      {"needs", names(stage.needs, [](const std::string& need) { return need; })}});
    for (const StageId up : workspace.graph.upstream(id)) {
      if (selected[up.index()]) {
        edges.push_back({workspace.label(up), workspace.label(id)});
      }
    }
  }
  const nlohmann::ordered_json answer = {{"stages", std::move(stages)}, {"edges", std::move(edges)}};
  return answer.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

int graph(const Common& common, GraphFormat format) {
  Session session(common);
  if (const auto failed = session.open_pipelines()) {
    return *failed;
  }
  const Workspace& workspace = session.workspace();
  std::string text;
  switch (format) {
    case GraphFormat::text:
      text = as_text(workspace, session.selected());
      break;
    case GraphFormat::mermaid:
      text = as_mermaid(workspace, session.selected());
      break;
    case GraphFormat::dot:
      text = as_dot(workspace, session.selected());
      break;
    case GraphFormat::json:
      text = as_json(workspace, session.selected());
      break;
  }
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace mlpipe::cli
