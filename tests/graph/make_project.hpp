// Small projects written as C++ values, for tests.
#pragma once

#include <string>
#include <vector>

#include "runner/graph/graph.hpp"

namespace mlpipe {

struct Made {
  std::string name;
  std::vector<std::string> deps;
  std::vector<std::string> outs;
  std::vector<std::string> needs = {};
  std::string group = {};
  std::uint32_t pipeline = 0;
};

inline spec::Project make_project(const std::vector<Made>& made, std::uint32_t pipelines = 1) {
  spec::Project project;
  for (std::uint32_t i = 0; i < pipelines; ++i) {
    spec::Pipeline pipeline;
    pipeline.name = std::string("p") + std::to_string(i);
    project.pipelines.push_back(pipeline);
  }
  std::uint32_t line = 0;
  for (const Made& one : made) {
    spec::Stage stage;
    stage.name = one.name;
    stage.group = one.group.empty() ? one.name : one.group;
    stage.pipeline = PipelineId{one.pipeline};
    stage.mark = spec::Mark{0, line += 10, 3};
    for (std::uint32_t k = 0; k < one.deps.size(); ++k) {
      spec::Dep dep;
      dep.path = one.deps[k];
      dep.mark = spec::Mark{0, line + 1, 5 + k};
      stage.deps.push_back(dep);
    }
    for (std::uint32_t k = 0; k < one.outs.size(); ++k) {
      spec::Out out;
      out.path = one.outs[k];
      out.mark = spec::Mark{0, line + 2, 5 + k};
      stage.outs.push_back(out);
    }
    for (std::uint32_t k = 0; k < one.needs.size(); ++k) {
      stage.needs.push_back(one.needs[k]);
      stage.needs_marks.push_back(spec::Mark{0, line + 3, 5 + k});
    }
    project.stages.push_back(stage);
  }
  return project;
}

}  // namespace mlpipe
