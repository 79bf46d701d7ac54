#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "runner/base/text.hpp"
#include "runner/graph/graph.hpp"
#include "runner/graph/name_index.hpp"

namespace mlpipe::graph {
namespace {

class Selector {
 public:
  Selector(const spec::Project& project, const Graph& graph)
      : project_(&project),
        graph_(&graph),
        names_(project),
        chosen_(project.stages.size(), false) {}

  Result<std::vector<bool>> run(const Selection& selection) {
    if (selection.targets.empty()) {
      chosen_.assign(chosen_.size(), true);
    }
    for (const std::string& target : selection.targets) {
      TRY_OK(add(target));
    }
    if (!selection.tags.empty()) {
      TRY_OK(keep_tagged(selection.tags));
    }
    if (selection.reach != Selection::Reach::only) {
      spread(selection.reach == Selection::Reach::with_upstream);
    }
    return chosen_;
  }

 private:
  bool add_all(const std::vector<StageId>& stages) {
    for (const StageId id : stages) {
      chosen_[id.index()] = true;
    }
    return !stages.empty();
  }

  Status add(const std::string& target) {
    if (target.empty()) {
      return fail(Code::usage, "a target may not be empty");
    }
    TRY(const bool named, add_named(target));
    if (named || add_pipeline(target) || (is_glob(target) && add_glob(target)) ||
        add_path(target)) {
      return {};
    }
    return unknown(target);
  }

  // A bare name may stand in any pipeline, but only in one.
  Result<bool> add_named(const std::string& target) {
    std::vector<std::string> where;
    const std::vector<StageId>* found = nullptr;
    for (std::uint32_t i = 0; i < project_->pipelines.size(); ++i) {
      const auto* stages = names_.find(PipelineId{i}, target);
      if (stages != nullptr && stages != found) {
        found = stages;
        where.push_back(
            project_->pipelines[project_->stage(stages->front()).pipeline.index()].name + ':' +
            target);
      }
    }
    if (where.size() > 1) {
      return fail(Code::usage, fmt::format("`{}` is in several pipelines; say which: {}",
                                           printable(target), fmt::join(where, ", ")));
    }
    return found != nullptr && add_all(*found);
  }

  bool add_pipeline(const std::string& target) {
    const auto pipeline =
        target.back() == ':' ? names_.pipeline(target.substr(0, target.size() - 1)) : std::nullopt;
    for (std::size_t i = 0; pipeline && i < chosen_.size(); ++i) {
      chosen_[i] = chosen_[i] || project_->stages[i].pipeline == *pipeline;
    }
    return pipeline.has_value();
  }

  bool add_glob(const std::string& target) {
    bool any = false;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      const spec::Stage& stage = project_->stages[i];
      const std::string full = project_->pipeline_of(stage).name + ':' + stage.name;
      if (glob_match(target, stage.name) || glob_match(target, stage.group) ||
          glob_match(target, full)) {
        chosen_[i] = any = true;
      }
    }
    return any;
  }

  bool add_path(const std::string& target) {
    const auto path = normal_path(target);
    bool any = false;
    if (path && *path != ".") {
      graph_->outs().each_meeting(*path, [&](const OutIndex::Entry& out) {
        chosen_[out.stage.index()] = any = true;
        return true;
      });
    }
    return any;
  }

  Status unknown(const std::string& target) const {
    std::vector<std::string> known;
    for (const spec::Stage& stage : project_->stages) {
      known.push_back(stage.name);
      known.push_back(stage.group);
      known.push_back(project_->pipeline_of(stage).name + ':' + stage.name);
    }
    for (const auto& out : graph_->outs().entries()) {
      known.push_back(out.path);
    }
    const auto near = nearest(target, known);
    return fail(Code::usage,
                fmt::format("`{}` is no stage, group, pipeline or output; {}", printable(target),
                            near ? fmt::format("did you mean `{}`?", *near)
                                 : std::string("`mlpipe graph` shows what there is")));
  }

  Status keep_tagged(const std::vector<std::string>& tags) {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      const auto& own = project_->stages[i].tags;
      known.insert(known.end(), own.begin(), own.end());
      chosen_[i] = chosen_[i] && std::find_first_of(own.begin(), own.end(), tags.begin(),
                                                    tags.end()) != own.end();
    }
    for (const std::string& tag : tags) {
      if (std::find(known.begin(), known.end(), tag) == known.end()) {
        const auto near = nearest(tag, known);
        return fail(Code::usage,
                    fmt::format("no stage has the tag `{}`{}", printable(tag),
                                near ? fmt::format("; did you mean `{}`?", *near) : std::string()));
      }
    }
    return {};
  }

  void spread(bool up) {
    const auto& order = graph_->topological();
    const auto pass = [&](StageId id) {
      for (const StageId next : up ? graph_->upstream(id) : graph_->downstream(id)) {
        chosen_[next.index()] = chosen_[next.index()] || chosen_[id.index()];
      }
    };
    if (up) {
      std::for_each(order.rbegin(), order.rend(), pass);
    } else {
      std::for_each(order.begin(), order.end(), pass);
    }
  }

  const spec::Project* project_;
  const Graph* graph_;
  NameIndex names_;
  std::vector<bool> chosen_;
};

}  // namespace

Result<std::vector<bool>> select(const spec::Project& project, const Graph& graph,
                                 const Selection& selection) {
  return Selector(project, graph).run(selection);
}

}  // namespace mlpipe::graph
