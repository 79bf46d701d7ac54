#include "runner/graph/name_index.hpp"

#include "runner/base/text.hpp"

namespace mlpipe::graph {

NameIndex::NameIndex(const spec::Project& project) : names_(project.pipelines.size()) {
  for (std::uint32_t i = 0; i < project.pipelines.size(); ++i) {
    pipelines_.emplace(project.pipelines[i].name, PipelineId{i});
  }
  for (std::uint32_t i = 0; i < project.stages.size(); ++i) {
    const spec::Stage& stage = project.stages[i];
    Names& names = names_.at(stage.pipeline.index());
    const auto add = [&](const std::string& name) {
      auto [found, fresh] = names.stages.try_emplace(name);
      found->second.push_back(StageId{i});
      if (fresh) {
        names.list.push_back(name);
      }
    };
    add(stage.name);
    if (!stage.group.empty() && stage.group != stage.name) {
      add(stage.group);
    }
  }
}

const std::vector<StageId>* NameIndex::find(PipelineId from, std::string_view name) const {
  if (from.index() < names_.size()) {
    const auto& own = names_[from.index()].stages;
    if (const auto found = own.find(std::string(name)); found != own.end()) {
      return &found->second;
    }
  }
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos) {
    return nullptr;
  }
  const auto other = pipeline(name.substr(0, colon));
  if (!other) {
    return nullptr;
  }
  const auto& stages = names_[other->index()].stages;
  const auto found = stages.find(std::string(name.substr(colon + 1)));
  return found == stages.end() ? nullptr : &found->second;
}

std::optional<PipelineId> NameIndex::pipeline(std::string_view name) const {
  const auto found = pipelines_.find(std::string(name));
  return found == pipelines_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> NameIndex::nearest_in(PipelineId pipeline, std::string_view name) const {
  return pipeline.index() < names_.size() ? nearest(name, names_[pipeline.index()].list)
                                          : std::nullopt;
}

std::optional<std::string> NameIndex::nearest_name(PipelineId from, std::string_view name) const {
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos) {
    return nearest_in(from, name);
  }
  const std::string_view pipeline_name = name.substr(0, colon);
  std::vector<std::string> known;
  for (const auto& [text, id] : pipelines_) {
    known.push_back(text);
  }
  const auto right = pipeline(pipeline_name) ? std::optional(std::string(pipeline_name))
                                             : nearest(pipeline_name, known);
  if (!right) {
    return std::nullopt;
  }
  const std::string rest(name.substr(colon + 1));
  const PipelineId other = *pipeline(*right);
  const auto stage =
      names_[other.index()].stages.count(rest) > 0 ? std::optional(rest) : nearest_in(other, rest);
  return stage ? std::optional(*right + ':' + *stage) : std::nullopt;
}

}  // namespace mlpipe::graph
