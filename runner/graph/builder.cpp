#include "runner/graph/builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>

#include "runner/base/text.hpp"
#include "runner/graph/path_pattern.hpp"

namespace mlpipe::graph {
namespace {

using Entry = OutIndex::Entry;

constexpr std::size_t most_suggestions = 50;  // a suggestion compares with every name

std::string shown(const std::string& path) {
  return printable(path.empty() ? "." : path);
}

}  // namespace

Builder::Builder(const spec::Project& project, spec::Diagnostics& diagnostics)
    : project_(&project),
      diagnostics_(&diagnostics),
      names_(project),
      edges_(project.stages.size()) {}

Graph Builder::build() {
  graph_.outs_ = OutIndex(project_->stages);
  check_outs();
  for (std::uint32_t i = 0; i < project_->stages.size(); ++i) {
    add_file_edges(StageId{i});
    add_named_edges(StageId{i});
  }
  lay_rows();
  order();
  if (graph_.order_.size() < graph_.size()) {
    report_cycles();
  }
  return std::move(graph_);
}

std::string Builder::label(StageId id) const {
  return project_->label(project_->stage(id));
}

const spec::Out& Builder::out_of(const Entry& entry) const {
  return project_->stage(entry.stage).outs[entry.out];
}

void Builder::conflict(const Entry& later, const Entry& earlier, const std::string& what) {
  const spec::Mark there = out_of(earlier).mark;
  const std::string where = there.line > 0 ? fmt::format(" (line {})", there.line) : std::string();
  diagnostics_->error(
      out_of(later).mark, what + where,
      "give each path to one stage; what two stages share belongs in a stage that both depend on");
}

bool Builder::check_pair(const Entry& out, const Entry& other) {
  if (!may_relate(out.path, other.path)) {
    return true;
  }
  const std::string mine = fmt::format("`{}` of `{}`", shown(out.path), label(out.stage));
  const std::string theirs = fmt::format("`{}` of `{}`", shown(other.path), label(other.stage));
  const bool equal = out.path == other.path;
  if (equal || intersects(out.path, other.path)) {
    if (out.stage != other.stage) {
      conflict(out, other,
               equal ? fmt::format("`{}` is written by two stages, `{}` and `{}`", shown(out.path),
                                   label(other.stage), label(out.stage))
                     : fmt::format("{} and {} can name the same file", mine, theirs));
    }
    return out.stage == other.stage;
  }
  if (covers(other.path, out.path)) {
    conflict(out, other, fmt::format("{} lies inside {}", mine, theirs));
    return false;
  }
  if (covers(out.path, other.path)) {
    conflict(other, out, fmt::format("{} lies inside {}", theirs, mine));
    return false;
  }
  return true;
}

void Builder::check_outs() {
  // Each pair once: outs of one start against those before them, others from the inner one.
  for (const Entry& out : graph_.outs_.entries()) {
    graph_.outs_.each_around(out.start(), [&](const Entry& other) {
      const bool self_or_later = other.prefix == out.prefix && &other >= &out;
      return self_or_later || check_pair(out, other);
    });
  }
}

void Builder::add_file_edges(StageId to) {
  const spec::Stage& stage = project_->stage(to);
  for (const spec::Dep& dep : stage.deps) {
    graph_.outs_.each_meeting(dep.path, [&](const Entry& out) {
      if (out.stage != to) {
        edges_[to.index()].push_back(Edge{out.stage, EdgeKind::file});
        return true;
      }
      const std::string how =
          dep.path == out.path
              ? fmt::format("`{}` is both a dep and an out of `{}`", shown(dep.path), label(to))
              : fmt::format("the dep `{}` of `{}` covers its own out `{}`", shown(dep.path),
                            label(to), shown(out.path));
      diagnostics_->error(
          dep.mark, how,
          "a stage that reads what it writes is never up to date; write to another path, or use "
          "`checkpoint` for what it resumes from");
      return true;
    });
  }
}

void Builder::add_named(StageId to, const std::string& name, spec::Mark mark, EdgeKind kind) {
  const PipelineId pipeline = project_->stage(to).pipeline;
  if (const auto* stages = names_.find(pipeline, name)) {
    for (const StageId from : *stages) {
      edges_[to.index()].push_back(Edge{from, kind});
    }
    return;
  }
  const auto near =
      suggested_++ < most_suggestions ? names_.nearest_name(pipeline, name) : std::nullopt;
  diagnostics_->error(mark,
                      fmt::format("`{}` {} `{}`, which is no stage or group", label(to),
                                  kind == EdgeKind::after ? "looks at" : "needs", printable(name)),
                      near ? fmt::format("did you mean `{}`?", *near) : std::string());
}

void Builder::add_named_edges(StageId to) {
  const spec::Stage& stage = project_->stage(to);
  for (std::size_t i = 0; i < stage.needs.size(); ++i) {
    add_named(to, stage.needs[i], i < stage.needs_marks.size() ? stage.needs_marks[i] : stage.mark,
              EdgeKind::needs);
  }
  if (stage.when) {
    for (const auto& condition : stage.when->stage) {
      add_named(to, condition.stage, stage.when->mark, EdgeKind::after);
    }
  }
}

void Builder::lay_rows() {
  std::vector<std::uint32_t> out_degree(edges_.size() + 1, 0);
  graph_.upstream_begin_.push_back(0);
  for (auto& row : edges_) {
    std::sort(row.begin(), row.end());
    row.erase(std::unique(row.begin(), row.end(),
                          [](const Edge& a, const Edge& b) { return a.from == b.from; }),
              row.end());
    for (const Edge& edge : row) {
      graph_.upstream_.push_back(edge.from);
      graph_.upstream_kind_.push_back(edge.kind);
      ++out_degree[edge.from.index() + 1];
    }
    graph_.upstream_begin_.push_back(static_cast<std::uint32_t>(graph_.upstream_.size()));
  }
  for (std::size_t i = 1; i < out_degree.size(); ++i) {
    out_degree[i] += out_degree[i - 1];
  }
  graph_.downstream_begin_ = out_degree;
  graph_.downstream_.resize(graph_.upstream_.size());
  for (std::uint32_t to = 0; to < edges_.size(); ++to) {
    for (const StageId from : graph_.upstream(StageId{to})) {
      graph_.downstream_[out_degree[from.index()]++] = StageId{to};
    }
  }
}

void Builder::order() {
  std::vector<std::size_t> open(graph_.size());
  std::priority_queue<StageId, std::vector<StageId>, std::greater<>> ready;
  const auto offer = [&](std::uint32_t i) {
    if (open[i] == 0) {
      ready.push(StageId{i});
    }
  };
  for (std::uint32_t i = 0; i < graph_.size(); ++i) {
    open[i] = graph_.upstream(StageId{i}).size();
    offer(i);
  }
  while (!ready.empty()) {
    const StageId id = ready.top();
    ready.pop();
    graph_.order_.push_back(id);
    for (const StageId next : graph_.downstream(id)) {
      --open[next.index()];
      offer(next.value);
    }
  }
}

std::string Builder::why(StageId from, StageId to) const {
  std::string found;
  if (graph_.edge(from, to) != EdgeKind::file) {
    return fmt::format("`{}` names `{}`", label(to), label(from));
  }
  for (const spec::Dep& dep : project_->stage(to).deps) {
    graph_.outs_.each_meeting(dep.path, [&](const Entry& out) {
      if (out.stage == from) {
        found = fmt::format("`{}` reads `{}` of `{}`", label(to), shown(out.path), label(from));
      }
      return found.empty();
    });
    if (!found.empty()) {
      break;
    }
  }
  return found;
}

void Builder::report_cycle(const std::vector<StageId>& path) {
  constexpr std::size_t most_shown = 20;  // a cycle of thousands is as clear from its start
  constexpr std::size_t most_reasons = 6;
  std::string text;
  std::string reasons;
  for (std::size_t i = 0; i < path.size() && i < most_shown; ++i) {
    text += label(path[i]) + " -> ";
  }
  text += path.size() > most_shown ? fmt::format("({} more) -> ", path.size() - most_shown)
                                   : std::string();
  for (std::size_t i = 0; i < path.size() && i < most_reasons; ++i) {
    reasons += (i == 0 ? "" : "; ") + why(path[i], path[(i + 1) % path.size()]);
  }
  diagnostics_->error(project_->stage(path[0]).mark,
                      "stages wait for each other: " + text + label(path[0]),
                      "cut one of: " + reasons + (path.size() > most_reasons ? "; ..." : ""));
}

void Builder::report_cycles() {
  for (const auto& path : cycles(graph_)) {
    report_cycle(path);
  }
}

}  // namespace mlpipe::graph
