// The names by which people mean stages: a stage, a group (all its members), "pipeline:name".
// Knows nothing of edges; what is not found is answered with the nearest name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runner/base/ids.hpp"
#include "runner/spec/pipeline.hpp"

namespace mlpipe::graph {

class NameIndex {
 public:
  explicit NameIndex(const spec::Project& project);

  // Stages that `name` means where it stands in a pipeline: a name of that pipeline, else
  // "pipeline:name" of any. nullptr where there is none.
  [[nodiscard]] const std::vector<StageId>* find(PipelineId from, std::string_view name) const;
  [[nodiscard]] std::optional<PipelineId> pipeline(std::string_view name) const;
  // The nearest name as it would be written in that pipeline; "pipeline:name" is compared within
  // its pipeline.
  [[nodiscard]] std::optional<std::string> nearest_name(PipelineId from,
                                                        std::string_view name) const;

 private:
  [[nodiscard]] std::optional<std::string> nearest_in(PipelineId pipeline,
                                                      std::string_view name) const;
  struct Names {
    std::unordered_map<std::string, std::vector<StageId>> stages;
    std::vector<std::string> list;  // in file order
  };
  std::vector<Names> names_;  // by pipeline
  std::unordered_map<std::string, PipelineId> pipelines_;
};

}  // namespace mlpipe::graph
