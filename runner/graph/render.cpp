#include "runner/graph/render.hpp"

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"

namespace mlpipe::graph {
namespace {

// Visits the shown stages in file order, then the shown edges.
void each_stage(const Graph& graph, const Shown& shown, const std::function<void(StageId)>& visit) {
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    if (shown[i]) {
      visit(StageId{i});
    }
  }
}

void each_edge(const Graph& graph, const Shown& shown,
               const std::function<void(StageId, StageId)>& visit) {
  each_stage(graph, shown, [&](StageId to) {
    for (const StageId from : graph.upstream(to)) {
      if (shown[from.index()]) {
        visit(from, to);
      }
    }
  });
}

class Tree {
 public:
  Tree(const spec::Project& project, const Graph& graph, const Shown& shown)
      : project_(&project),
        graph_(&graph),
        shown_(&shown),
        children_(graph.size()),
        position_(graph.size()) {
    const auto& order = graph.topological();
    for (std::size_t i = 0; i < order.size(); ++i) {
      position_[order[i].index()] = i;
    }
    for (const StageId id : order) {
      if (!shown[id.index()]) {
        continue;
      }
      const auto last = parent(id);
      (last ? children_[last->index()] : roots_).push_back(id);
    }
  }

  // With a stack of its own: a chain may be as long as the graph.
  std::string text() {
    struct Item {
      StageId id;
      std::string lead;   // of the line
      std::string below;  // lead of what lies below
    };
    std::vector<Item> todo;
    std::string text;
    for (auto root = roots_.rbegin(); root != roots_.rend(); ++root) {
      todo.push_back({*root, "", ""});
    }
    while (!todo.empty()) {
      const Item item = std::move(todo.back());
      todo.pop_back();
      text += item.lead + describe(item.id) + '\n';
      const auto& children = children_[item.id.index()];
      for (std::size_t i = children.size(); i-- > 0;) {
        const bool last = i + 1 == children.size();
        // A chain needs no deeper indentation, however long it is.
        const bool chain = children.size() == 1 && item.below.size() > deepest_lead;
        todo.push_back({children[i],
                        item.below + (last ? "\u2514\u2500\u2500 " : "\u251c\u2500\u2500 "),
                        chain ? item.below : item.below + (last ? "    " : "\u2502   ")});
      }
    }
    return text;
  }

 private:
  static constexpr std::size_t deepest_lead = 120;

  [[nodiscard]] std::optional<StageId> parent(StageId id) const {
    std::optional<StageId> last;
    for (const StageId from : graph_->upstream(id)) {
      if ((*shown_)[from.index()] &&
          (!last || position_[from.index()] > position_[last->index()])) {
        last = from;
      }
    }
    return last;
  }

  [[nodiscard]] std::string describe(StageId id) const {
    constexpr std::size_t most_others = 4;
    const auto last = parent(id);
    std::string others;
    std::size_t count = 0;
    for (const StageId from : graph_->upstream(id)) {
      if ((*shown_)[from.index()] && from != last && ++count <= most_others) {
        others += (others.empty() ? "" : ", ") + printable(project_->label(project_->stage(from)));
      }
    }
    const std::string more =
        count > most_others ? fmt::format(" and {} more", count - most_others) : std::string();
    const spec::Stage& stage = project_->stage(id);
    return fmt::format(
        "{}{}{}", printable(project_->label(stage)),
        stage.kind == "command" ? std::string() : "  " + printable(stage.kind),
        others.empty() ? std::string() : fmt::format("  (also after {}{})", others, more));
  }

  const spec::Project* project_;
  const Graph* graph_;
  const Shown* shown_;
  std::vector<std::vector<StageId>> children_;
  std::vector<StageId> roots_;
  std::vector<std::size_t> position_;
};

std::string mermaid_text(const std::string& text) {
  std::string safe;
  for (const char c : printable(text)) {
    const bool special = c == '"' || c == '#' || c == '<' || c == '>' || c == '&' || c == '`';
    safe += special ? fmt::format("#{};", static_cast<int>(c)) : std::string(1, c);
  }
  return safe;
}

std::string dot_text(const std::string& text) {
  std::string safe;
  for (const char c : printable(text)) {
    safe += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  }
  return safe;
}

}  // namespace

std::string to_tree(const spec::Project& project, const Graph& graph, const Shown& shown) {
  return Tree(project, graph, shown).text();
}

std::string to_mermaid(const spec::Project& project, const Graph& graph, const Shown& shown) {
  std::string text = "flowchart TD\n";
  each_stage(graph, shown, [&](StageId id) {
    text +=
        fmt::format("  s{}[\"{}\"]\n", id.value, mermaid_text(project.label(project.stage(id))));
  });
  each_edge(graph, shown, [&](StageId from, StageId to) {
    text += fmt::format("  s{} {} s{}\n", from.value,
                        graph.edge(from, to) == EdgeKind::file ? "-->" : "-.->", to.value);
  });
  return text;
}

std::string to_dot(const spec::Project& project, const Graph& graph, const Shown& shown) {
  std::string text = "digraph mlpipe {\n  node [shape=box];\n";
  each_stage(graph, shown, [&](StageId id) {
    text += fmt::format("  s{} [label=\"{}\"];\n", id.value,
                        dot_text(project.label(project.stage(id))));
  });
  each_edge(graph, shown, [&](StageId from, StageId to) {
    text += fmt::format("  s{} -> s{}{};\n", from.value, to.value,
                        graph.edge(from, to) == EdgeKind::file ? "" : " [style=dashed]");
  });
  return text + "}\n";
}

std::string to_json(const spec::Project& project, const Graph& graph, const Shown& shown) {
  using Json = nlohmann::ordered_json;
  Json stages = Json::array();
  each_stage(graph, shown, [&](StageId id) {
    const spec::Stage& stage = project.stage(id);
    Json deps = Json::array();
    Json outs = Json::array();
    Json params = Json::array();
    for (const auto& dep : stage.deps) {
      deps.push_back(dep.path);
    }
    for (const auto& out : stage.outs) {
      outs.push_back(out.path);
    }
    for (const auto& param : stage.params) {
      params.push_back(param.file + ':' + param.key);
    }
    stages.push_back({{"name", project.label(stage)},
                      {"kind", stage.kind},
                      {"cmd", stage.cmd},
                      {"working_dir", stage.working_dir},
                      {"deps", deps},
                      {"outs", outs},
                      {"params", params},
                      {"needs", stage.needs}});
  });
  Json edges = Json::array();
  each_edge(graph, shown, [&](StageId from, StageId to) {
    edges.push_back(
        Json::array({project.label(project.stage(from)), project.label(project.stage(to))}));
  });
  const Json all{{"stages", std::move(stages)}, {"edges", std::move(edges)}};
  return all.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace mlpipe::graph
